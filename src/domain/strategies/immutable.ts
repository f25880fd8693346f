import { type Change, leaveRouted, start, stop, type Way } from './change.ts'

/**
 * A whole new set beside the old: one of it alone first, and the others when that one is well. Nothing of the old is touched
 * until every process has its new set; then all visitors move at once, and the old set goes.
 */
export function immutable({ routed, kept, added, leaving }: Change): Way {
  const [first, ...others] = added
  const beside = [...(first === undefined ? [] : start([first])), ...start(others)]
  if (!routed) return { beside, instead: stop(leaving) }
  return { beside, instead: [{ do: 'route', instances: [...kept, ...added] }, ...leaveRouted(leaving)] }
}
