import { type Deployment, isActive } from '../domain/deployment.ts'
import type { InTheWay } from '../domain/gates/gate.ts'
import { numberOf } from '../domain/queue.ts'
import { type Reach, reachOf, sharedBetween } from '../domain/scope.ts'
import { Fault } from '../lib/fault.ts'
import { isOfStore } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { contextOf } from './context.ts'

/**
 * What is in a deployment's way on other tracks: what moves there, and what was asked for earlier and could go but for
 * others. Something that a lock holds, say, holds only its own track.
 */
export function elsewhereOf(
  store: Store,
  deployment: Deployment,
  couldGo: (other: Deployment) => boolean,
): readonly InTheWay[] {
  const mine = reachIn(store, deployment)
  if (mine === null) return []
  const found: InTheWay[] = []
  for (const other of store.deployments.inQueueOrMoving()) {
    if (other.track === deployment.track) continue
    const shared = sharedWith(store, mine, other)
    if (shared === null) continue
    const moves = isActive(other)
    if (moves || (isBefore(other, deployment) && couldGo(other)))
      found.push({ deployment: other.id, track: other.track, shared, moves })
  }
  return found.sort((a, b) => Number(b.moves) - Number(a.moves))
}

function sharedWith(store: Store, mine: Reach, other: Deployment): string | null {
  const theirs = reachIn(store, other)
  return theirs === null ? null : sharedBetween(mine, theirs)
}

/** One that nobody has asked for yet comes last. */
function isBefore(other: Deployment, deployment: Deployment): boolean {
  return deployment.id === '' || numberOf(other) < numberOf(deployment)
}

/** Null when its configuration has no such environment any more: it will be refused, and is in nobody's way. */
function reachIn(store: Store, deployment: Deployment): Reach | null {
  try {
    return reachOf(contextOf(store, deployment).environment)
  } catch (error) {
    if (!(error instanceof Fault) || isOfStore(error)) throw error
    return null
  }
}
