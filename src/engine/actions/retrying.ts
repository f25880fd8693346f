import type { Deployment } from '../../domain/deployment.ts'
import { Fault } from '../../lib/fault.ts'
import type { StoredRelease } from '../../store/releases.ts'
import type { Store } from '../../store/store.ts'
import { trackOf } from '../context.ts'
import { findDeployment } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { requestDeployment } from '../request.ts'
import type { Asked, Work } from './work.ts'

export function retryingActions(work: Work) {
  return {
    /**
     * The same release to the same place once more, in the name of whoever asked for it first, through the same gates. What
     * succeeded is not done again, and what is under way is enough.
     */
    retryDeployment(id: string, { by, comment }: Asked): Deployment {
      return work.one((tx) => {
        const { store } = tx.parts
        const before = mustBeRetryable(store, id, by)
        const { project, environment } = trackOf(store, before.track)
        const made = requestDeployment(tx, {
          release: store.releases.get(before.release.id) as StoredRelease,
          environment,
          ...{ reason: before.reason, scale: before.scale, by: before.by, comment: comment ?? before.comment },
          retries: before,
        })
        const data = { retries: id, attempt: made.attempt, for: before.by }
        tx.fact({ kind: 'deployment.retried', project, subject: made.id, by, data })
        return made
      })
    },
  }
}

/** Unless they may have it tried again, and it can be. */
export function mustBeRetryable(store: Store, id: string, by: string): Deployment {
  const deployment = findDeployment(store, id)
  const { project, environment } = trackOf(store, deployment.track)
  mustBePermitted(store, 'deploy', { project, environment, by })
  const problem = whyNot(store, deployment)
  if (problem !== null) throw new Fault('deployment.not_retryable', { details: { deployment: id, problem } })
  return deployment
}

function whyNot(store: Store, { id, state, release, reason, track }: Deployment): string | null {
  if (state.kind !== 'finished') return 'it has not ended'
  if (state.outcome === 'succeeded') return 'it succeeded; `signalbox redeploy` puts new instances in its place'
  if (store.releases.get(release.id)?.discardedAt !== null) return `the archive of ${release.version} was thrown away`
  const again = store.deployments.list(track, 50).find(({ retryOf }) => retryOf === id)
  if (again !== undefined) return `${again.id} is its next attempt`
  const live = store.tracks.get(track)?.live?.release
  const isOfWhatWasLive = reason !== 'promote' && reason !== 'rollback'
  if (isOfWhatWasLive && live?.id !== release.id) return `${live?.version ?? 'nothing'} is live there now`
  return null
}
