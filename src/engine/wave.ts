import { type Deployment, isActive } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import type { EnvironmentSpec } from '../domain/spec.ts'
import { trackId } from '../domain/track.ts'
import { hasFailed, waveOf } from '../domain/wave.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import { applyDeployment } from './apply.ts'
import { contextOf } from './context.ts'
import { requestDeployment } from './request.ts'
import type { Tx } from './tx.ts'

/**
 * A promotion has failed after it began. What becomes of the others of its wave, of the same commit, is for the policy
 * `on_partial_failure` of the environment where it failed.
 */
export function stopWave(tx: Tx, id: string): void {
  const { store } = tx.parts
  const failed = store.deployments.get(id)
  if (failed === null) return
  const { environment } = contextOf(store, failed)
  const policy = environment.policies.onPartialFailure
  if (policy === 'continue') return
  const because = `${id} failed in ${environment.name} (on_partial_failure: ${policy})`
  const party = partyOf(store, failed, environment)
  const done = party.map((each) => stopped(tx, each, { because, goesBack: policy === 'roll_back_all' }))
  const others = done.filter((each) => each !== null)
  tx.fact({ kind: 'wave.stopped', project: failed.project, subject: id, by: self, data: { policy, others } })
}

/** The promotion that has failed in the wave since, and whose policy holds what has not begun; null when none has. */
export function failedInWave(
  store: Store,
  release: StoredRelease,
  { environment, since }: WaveQuestion,
): string | null {
  const failed = promotionsIn(store, release, environment).find(
    ({ deployment, place }) =>
      hasFailed(deployment) && deployment.createdAt >= since && place.policies.onPartialFailure !== 'continue',
  )
  if (failed === undefined) return null
  const { deployment, place } = failed
  return `${deployment.id} failed in ${place.name} (on_partial_failure: ${place.policies.onPartialFailure})`
}

interface WaveQuestion {
  readonly environment: EnvironmentSpec
  /** When the push came that sends it there. */
  readonly since: number
}

function partyOf(store: Store, failed: Deployment, environment: EnvironmentSpec): readonly Deployment[] {
  const release = store.releases.get(failed.release.id)
  if (release === null) return []
  return promotionsIn(store, release, environment).flatMap(({ deployment }) =>
    deployment.id === failed.id ? [] : [deployment],
  )
}

/** The newest promotion of each app of the commit to each environment of the wave. */
function promotionsIn(store: Store, { project, commit }: StoredRelease, environment: EnvironmentSpec) {
  const spec = store.runs.spec(project, commit)
  if (spec === null) return []
  const releases = store.releases.ofCommitAll(project, commit)
  return waveOf(spec, environment).flatMap((place) =>
    releases
      .filter(({ app }) => place.apps.includes(app))
      .flatMap(({ id, app }) => {
        const all = store.deployments.ofRelease(id, trackId(project, app, place.name))
        const deployment = all.findLast(({ reason }) => reason === 'promote')
        return deployment === undefined ? [] : [{ deployment, place }]
      }),
  )
}

/** What became of one of the others, in words; null when nothing had to. */
function stopped(tx: Tx, deployment: Deployment, { because, goesBack }: { because: string; goesBack: boolean }) {
  const { id, state } = deployment
  if (state.kind === 'waiting' || state.kind === 'queued') {
    applyDeployment(tx, id, { type: 'refused', outcome: 'aborted', reason: because })
    return `${id}: not begun`
  }
  if (!goesBack) return isActive(deployment) ? `${id}: rolls out to its end` : null
  if (state.kind === 'rolling') {
    applyDeployment(tx, id, { type: 'cancelled', by: `${self}: ${because}` })
    return `${id}: broken off, goes back`
  }
  return state.kind === 'finished' && state.outcome === 'succeeded' ? takenBack(tx, deployment, because) : null
}

/** A rollback is a deployment like any other: its gates hold here too. */
function takenBack(tx: Tx, { id, track, release }: Deployment, because: string): string {
  const { store } = tx.parts
  const { environment, track: place } = contextOf(store, { track, release })
  if (place.live?.deployment !== id) return `${id}: another one has taken its place`
  if (environment.policies.rollback === 'forbidden') return `${id}: stays, ${environment.name} forbids rollbacks`
  const before = store.deployments
    .releasesSucceeded(track, 100)
    .map((each) => store.releases.get(each))
    .find((each) => each !== null && each.id !== release.id && each.discardedAt === null)
  if (before === undefined || before === null) return `${id}: stays, nothing ran there before`
  const asked = {
    release: before,
    environment: environment.name,
    reason: 'rollback',
    by: self,
    comment: because,
  } as const
  return `${id}: back to ${before.version}, ${requestDeployment(tx, asked).id}`
}
