import type { InFlight, Instance } from './instance.ts'

export interface Choice {
  readonly instances: readonly Instance[]
  /** The one this visitor's connection is pinned to, if any: it stays there unless others have much less to do. */
  readonly pinned: Instance | null
  /** Already tried for this request. */
  readonly tried: readonly Instance[]
  /** Rises by one with each choice: who is first among equals. */
  readonly turn: number
  readonly now: number
}

/**
 * Chooses an instance and counts the request in flight on it, in one synchronous act: a drain begins before it or after
 * it, never in between. Null when there is none left to try.
 */
export function choose(choice: Choice, request: InFlight): Instance | null {
  const chosen = pick(choice)
  chosen?.add(request)
  return chosen
}

function pick(choice: Choice): Instance | null {
  const least = leastBusy(choice, (instance) => !instance.isDown(choice.now))
  // When all are down, the one to try is any: a refused connection costs a moment, a wrong guess costs the request.
  if (least === null) return leastBusy(choice, () => true)
  return staysPut(choice, least) ? choice.pinned : least
}

function leastBusy({ instances, tried, turn }: Choice, isFit: (instance: Instance) => boolean): Instance | null {
  let best: Instance | null = null
  for (let step = 0; step < instances.length; step++) {
    const instance = instances[(turn + step) % instances.length] as Instance
    if (tried.includes(instance) || !isFit(instance)) continue
    if (best === null || instance.inFlight < best.inFlight) best = instance
  }
  return best
}

/** Moving costs a new connection, so a small difference is no reason. */
function staysPut({ pinned, tried, now, instances }: Choice, least: Instance): boolean {
  if (pinned === null || tried.includes(pinned) || pinned.isDown(now) || !instances.includes(pinned)) return false
  return pinned.inFlight <= least.inFlight * 2 + 4
}
