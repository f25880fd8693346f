import type { Deployment } from '../domain/deployment.ts'
import type { HeldRelease } from '../domain/gates/gate.ts'
import { trackId } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import { isOfStore } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { contextOf, specOf } from './context.ts'
import type { Tx } from './tx.ts'

/** The release that must go on before this deployment may come, by the policy `hold_until_promoted_to`; null when none must. */
export function heldRelease(store: Store, deployment: Deployment): HeldRelease | null {
  if (deployment.reason !== 'promote') return null
  const { track, environment } = contextOf(store, deployment)
  const onward = environment.policies.holdUntilPromotedTo
  const live = track.live?.release ?? null
  if (onward === null || live === null || live.id === deployment.release.id) return null
  if (!runsIn(store, deployment, onward)) return null
  const there = store.tracks.get(trackId(track.project, track.app, onward))?.live?.release ?? null
  return there?.id === live.id ? null : { environment: onward, here: live.version, there: there?.version ?? null }
}

/** An app that does not run there can never go there. */
function runsIn(store: Store, { project, track, release }: Deployment, onward: string): boolean {
  const app = track.split('/')[1] ?? ''
  const { environments } = specOf(store, project, release.commit)
  return environments.some(({ name, apps }) => name === onward && apps.includes(app))
}

/** It waits by that policy, and nobody has let it pass. */
export function isHeld(store: Store, deployment: Deployment): boolean {
  try {
    return heldRelease(store, deployment) !== null && !store.overrides.has(deployment.id, 'hold')
  } catch (error) {
    if (!(error instanceof Fault) || isOfStore(error)) throw error
    return false // Its configuration has no such environment any more: it is refused when its turn comes.
  }
}

/** What goes live somewhere may be what another environment waits for. */
export function askHeld(tx: Tx, { project, track }: Deployment): void {
  const { deployments, tracks } = tx.parts.store
  const app = track.split('/')[1] ?? ''
  for (const other of tracks.list(project).filter((each) => each.app === app && each.id !== track))
    if (deployments.open(other.id).some(({ state }) => state.kind === 'queued'))
      tx.followUp({ look: 'turn', track: other.id })
}
