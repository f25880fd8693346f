import type { Deployment } from '../../domain/deployment.ts'
import type { Track } from '../../domain/track.ts'
import { Fault } from '../../lib/fault.ts'
import type { StoredRelease } from '../../store/releases.ts'
import type { Store } from '../../store/store.ts'
import { applyDeployment } from '../apply.ts'
import { contextOf, trackOf } from '../context.ts'
import { findDeployment, rollbackTargets } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { whyReason } from '../ways-back.ts'
import { request } from './requesting.ts'
import type { Asked, Place, Work } from './work.ts'

/** Code goes back, a database does not: whoever goes behind a migration says why, and whoever goes back in a protected place. */
function mustBeMeant(store: Store, track: Track, { release, asked }: { release: StoredRelease; asked: Asked }): void {
  if ((asked.comment ?? '').trim() !== '') return
  const { environment } = track
  const crossed = store.surveys.appliedSince(track.id, release.id)
  const why = whyReason(store, track, release)
  if (why === null) return
  if (crossed.length === 0) throw new Fault('rollback.reason_needed', { details: { environment, why } })
  const details = { version: release.version, environment, migrations: crossed.join(', ') }
  throw new Fault('rollback.crosses_migration', { details })
}

/** Unless they may end it, and it can be ended. */
export function mustBeCancellable(store: Store, id: string, by: string): void {
  const deployment = findDeployment(store, id)
  const { project, environment } = trackOf(store, deployment.track)
  mustBePermitted(store, 'cancel', { project, environment, by })
  const { state } = deployment
  if (state.kind === 'finished')
    throw new Fault('deployment.ended', { details: { deployment: id, state: state.outcome } })
  const problem = whyNotCancelled(store, deployment)
  if (problem !== null) throw new Fault('deployment.not_cancellable', { details: { deployment: id, problem } })
}

function whyNotCancelled(store: Store, deployment: Deployment): string | null {
  const { kind } = deployment.state
  if (kind === 'reverting') return 'it is going back already'
  const isHeldTo = kind === 'rolling' && contextOf(store, deployment).environment.policies.cancel === 'never'
  return isHeldTo ? 'the policy `cancel: never` lets it end' : null
}

export function goingBackActions(work: Work) {
  return {
    /** Back to the release that was live before, or to the one named. The target is checked before anything moves. */
    async rollback(place: Place, wanted: { version: string | null }, asked: Asked): Promise<readonly Deployment[]> {
      const { store, artifacts } = work.parts
      const checked = new Set<string>()
      for (;;) {
        for (const { digest } of rollbackTargets(store, place, wanted.version).values()) {
          await artifacts.verify(digest)
          checked.add(digest)
        }
        let isStale = false
        const made = work.all((tx) => {
          mustBePermitted(store, 'rollback', { ...place, by: asked.by })
          const targets = [...rollbackTargets(store, place, wanted.version)]
          // Checking took a while: what was live before may be another release by now.
          isStale = targets.some(([, { digest }]) => !checked.has(digest))
          if (isStale) return []
          for (const [track, release] of targets) mustBeMeant(store, track, { release, asked })
          return targets.map(([track, release]) => request(tx, track, { release, reason: 'rollback', asked }))
        })
        if (!isStale) return made
      }
    },

    /** A rollout under way goes back to what served before; one that has not begun ends there. */
    cancelDeployment(id: string, { by }: Asked): Deployment {
      return work.transact((tx) => {
        const { store } = tx.parts
        mustBeCancellable(store, id, by)
        applyDeployment(tx, id, { type: 'cancelled', by })
        return findDeployment(store, id)
      })
    },
  }
}
