import type { Deployment } from '../domain/deployment.ts'
import type { Run } from '../domain/run.ts'
import { trackId } from '../domain/track.ts'
import { branchOf, type Due, environmentsDue, tagOf } from '../domain/trigger.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import { applyDeployment } from './apply.ts'
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
  const succeededIn = store.deployments.succeededIn(release.id)
  const due = environmentsDue({ spec, app, refs: runs.map(({ ref }) => ref), succeededIn })
  for (const each of due) request(tx, release, each, runs)
}

/** What came too late is recorded all the same, with what overtook it. */
function request(tx: Tx, release: StoredRelease, { environment, refs }: Due, all: readonly Run[]): void {
  const { store } = tx.parts
  const runs = refs.length === 0 ? all : all.filter(({ ref }) => refs.includes(ref))
  const newest = runs.at(-1)
  const track = trackId(release.project, release.app, environment.name)
  if (newest === undefined || isAsked(store, { track, release, since: newest.createdAt })) return
  const asked = { release, environment: environment.name, reason: 'promote', by: newest.by, comment: null } as const
  const overtaking = runs.map((run) => overtakenBy(store, { track, run, app: release.app }))
  const { id } = requestDeployment(tx, asked)
  // Named by several branches, it comes too late only when it does so on each of them.
  const reason = refs.length > 0 && overtaking.includes(null) ? null : overtaking.find((said) => said !== null)
  if (reason) applyDeployment(tx, id, { type: 'refused', outcome: 'aborted', reason })
}

interface Asking {
  readonly track: string
  readonly release: StoredRelease
  /** When the newest push came that sends it there. */
  readonly since: number
}

/** It is there or on its way, or was asked for since the push, whatever came of it. */
function isAsked(store: Store, { track, release, since }: Asking): boolean {
  const now = store.deployments.open(track).at(-1)?.release ?? store.tracks.get(track)?.live?.release
  const last = store.deployments.ofRelease(release.id, track).at(-1)
  return last !== undefined && (now?.id === release.id || last.createdAt >= since)
}

interface Racing {
  readonly track: string
  readonly run: Run
  readonly app: string
}

/**
 * What a newer push to the same branch has brought to the track, or is bringing there; null when nothing. Checks that take
 * longer must not take an environment back to an older commit.
 */
function overtakenBy(store: Store, { track, run, app }: Racing): string | null {
  const branch = branchOf(run.ref) ?? tagOf(run.ref)
  for (const { commit } of store.runs.newerOf(run)) {
    const release = commit === run.commit ? null : store.releases.ofCommit(run.project, app, commit)
    const ahead = release === null ? undefined : store.deployments.ofRelease(release.id, track).find(isAhead)
    if (ahead !== undefined) return `${ahead.id} of a newer push to ${branch} came first`
  }
  return null
}

function isAhead({ state }: Deployment): boolean {
  return state.kind !== 'finished' || state.outcome === 'succeeded'
}
