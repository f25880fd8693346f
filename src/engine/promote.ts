import { self } from '../domain/facts.ts'
import { trackId } from '../domain/track.ts'
import { environmentsDue } from '../domain/trigger.ts'
import type { StoredRelease } from '../store/releases.ts'
import { requestDeployment } from './request.ts'
import type { Tx } from './tx.ts'

export interface Candidate {
  readonly project: string
  readonly app: string
  readonly commit: string
}

/** Asks for every environment a release goes to by itself and has not been asked for yet. */
export function requestDue(tx: Tx, { project, app, commit }: Candidate): void {
  const { store } = tx.parts
  const release = store.releases.ofCommit(project, app, commit)
  const spec = store.runs.spec(project, commit)
  if (release === null || release.discardedAt !== null || spec === null) return
  const runs = store.runs.ofCommit(project, commit).filter(({ outcome }) => outcome === 'succeeded')
  if (runs.length === 0) return
  const due = environmentsDue({
    spec,
    app,
    refs: runs.map(({ ref }) => ref),
    succeededIn: store.deployments.succeededIn(release.id),
    requestedIn: requestedIn(
      tx,
      release,
      spec.environments.map(({ name }) => name),
    ),
  })
  for (const { name } of due) {
    requestDeployment(tx, { release, environment: name, reason: 'promote', by: runs.at(-1)?.by ?? self, comment: null })
  }
}

function requestedIn(tx: Tx, release: StoredRelease, environments: readonly string[]): readonly string[] {
  const { deployments } = tx.parts.store
  return environments.filter(
    (name) => deployments.ofRelease(release.id, trackId(release.project, release.app, name)).length > 0,
  )
}
