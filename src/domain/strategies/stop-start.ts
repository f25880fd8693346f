import type { Step } from '../rollout.ts'
import { type Change, leaveRouted, start, stop } from './change.ts'

/** Never two at once: the old one is gone before the new one starts. */
export function stopStart({ routed, kept, added, leaving }: Change): readonly Step[] {
  if (!routed) return [...stop(leaving), ...start(added)]
  return [
    ...(leaving.length > 0 ? [{ do: 'route', instances: kept } as const, ...leaveRouted(leaving)] : []),
    ...start(added),
    { do: 'route', instances: [...kept, ...added] },
  ]
}
