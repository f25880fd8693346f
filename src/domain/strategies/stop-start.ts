import { type Change, leaveRouted, start, stop, type Way } from './change.ts'

/** Never two at once: the old one is gone before the new one starts. */
export function stopStart({ routed, kept, added, leaving }: Change): Way {
  if (!routed) return { beside: [], instead: [...stop(leaving), ...start(added)] }
  const instead = [
    ...(leaving.length > 0 ? [{ do: 'route', instances: kept } as const, ...leaveRouted(leaving)] : []),
    ...start(added),
    { do: 'route', instances: [...kept, ...added] } as const,
  ]
  return { beside: [], instead }
}
