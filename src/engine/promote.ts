import { type Deployment, isActive } from '../domain/deployment.ts'
import type { Publication } from '../domain/publication.ts'
import type { Run } from '../domain/run.ts'
import type { EnvironmentSpec, ProjectSpec } from '../domain/spec.ts'
import { trackId } from '../domain/track.ts'
import { branchOf, type Due, environmentsDue, tagOf } from '../domain/trigger.ts'
import type { Look } from '../store/looks.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import { applyDeployment } from './apply.ts'
import { requestDeployment } from './request.ts'
import type { Tx } from './tx.ts'
import { failedInWave } from './wave.ts'

export type Candidate = Look

/** Asks for every environment a release goes to by itself and has not been asked for yet. */
export function requestDue(tx: Tx, { project, app, commit }: Candidate): void {
  const { store } = tx.parts
  const release = store.releases.ofCommit(project, app, commit)
  const spec = store.runs.spec(project, commit)
  if (release === null || release.discardedAt !== null || spec === null) return
  const runs = sendingRuns(store, release)
  const publication = store.publications.ofRelease(release)
  const { due, lookAgainAt } = environmentsDue({
    ...{ spec, app, refs: runs.map(({ ref }) => ref), now: tx.at, isPublished: publication !== null },
    succeededIn: store.deployments.succeededIn(release.id),
    wellSince: wellSince(store, release, spec),
  })
  for (const each of due) {
    if (each.isPublished && publication !== null)
      requestPublished(tx, release, { publication, environment: each.environment })
    if (each.refs.length > 0 || each.follows) request(tx, release, each, runs)
  }
  if (lookAgainAt !== null) store.looks.set({ project, app, commit }, lookAgainAt)
}

/** A run that the clock has started checks a commit; it sends nothing anywhere. */
function sendingRuns(store: Store, { project, commit }: StoredRelease): readonly Run[] {
  const timed = store.events.ofCommit(project, commit).filter(({ source }) => source === 'timer')
  return store.runs
    .ofCommit(project, commit)
    .filter(({ id, outcome }) => outcome === 'succeeded' && !timed.some(({ run }) => run === id))
}

/**
 * Where the release is live, all is as it should be and nothing moves: since when. A way back is no beginning: nobody
 * has promoted what it went back to.
 */
function wellSince(store: Store, release: StoredRelease, { environments }: ProjectSpec): ReadonlyMap<string, number> {
  const since = environments.flatMap(({ name }) => {
    const id = trackId(release.project, release.app, name)
    const live = store.tracks.get(id)?.live
    if (live?.release.id !== release.id || store.tracks.finding(id) !== null) return []
    if (store.deployments.open(id).some(isActive)) return []
    const by = store.deployments.get(live.deployment)
    if (by === null || by.finishedAt === null || by.reason === 'rollback') return []
    return [[name, Math.max(by.finishedAt, store.tracks.wellSince(id))] as const]
  })
  return new Map(since)
}

interface Published {
  readonly publication: Publication
  readonly environment: EnvironmentSpec
}

/** Whoever published it has asked for it; nothing that was pushed since makes it too late. */
function requestPublished(tx: Tx, release: StoredRelease, { publication, environment }: Published): void {
  const track = trackId(release.project, release.app, environment.name)
  if (isAsked(tx.parts.store, { track, release, since: publication.at })) return
  const { by, tag } = publication
  requestDeployment(tx, {
    release,
    environment: environment.name,
    reason: 'promote',
    by,
    comment: `published as ${tag}`,
  })
}

/** What came too late is recorded all the same, with what overtook it. */
function request(tx: Tx, release: StoredRelease, { environment, refs }: Due, all: readonly Run[]): void {
  const { store } = tx.parts
  const runs = refs.length === 0 ? pushedRuns(store, all) : all.filter(({ ref }) => refs.includes(ref))
  const newest = runs.at(-1)
  const track = trackId(release.project, release.app, environment.name)
  if (newest === undefined || isAsked(store, { track, release, since: newest.createdAt })) return
  const asked = { release, environment: environment.name, reason: 'promote', by: newest.by, comment: null } as const
  const overtaking = runs.map((run) => overtakenBy(store, { track, run, app: release.app }))
  const { id } = requestDeployment(tx, asked)
  // Named by several branches, it comes too late only when it does so on each of them.
  const ahead = refs.length > 0 && overtaking.includes(null) ? null : overtaking.find((found) => found !== null)
  const failed = failedInWave(store, release, { environment, since: newest.createdAt })
  const late = ahead ?? (failed === null ? null : { reason: failed })
  if (late !== null) applyDeployment(tx, id, { type: 'refused', outcome: 'aborted', ...late })
}

interface Asking {
  readonly track: string
  readonly release: StoredRelease
  /** When the newest push came that sends it there. */
  readonly since: number
}

/** Of the same commit, those that a person set off; the tag of its publication says nothing new. */
function pushedRuns({ publications }: Store, runs: readonly Run[]): readonly Run[] {
  return runs.filter(({ project, ref }) => {
    const tag = tagOf(ref)
    return tag === null || publications.ofTag(project, tag) === null
  })
}

/** It is there or on its way, or was asked for since the push, whatever came of it. */
function isAsked(store: Store, { track, release, since }: Asking): boolean {
  const now = store.deployments.open(track).at(-1)?.release ?? store.tracks.get(track)?.live?.release
  const last = store.deployments.ofRelease(release.id, track).at(-1)
  return last !== undefined && (now?.id === release.id || last.createdAt >= since)
}

interface Overtaking {
  readonly supersededBy: string
  readonly reason: string
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
function overtakenBy(store: Store, { track, run, app }: Racing): Overtaking | null {
  const branch = branchOf(run.ref) ?? tagOf(run.ref)
  for (const { commit } of store.runs.newerOf(run)) {
    const release = commit === run.commit ? null : store.releases.ofCommit(run.project, app, commit)
    const ahead = release === null ? undefined : store.deployments.ofRelease(release.id, track).find(isAhead)
    if (ahead === undefined) continue
    return { supersededBy: ahead.id, reason: `${ahead.id} of a newer push to ${branch} came first` }
  }
  return null
}

function isAhead({ state }: Deployment): boolean {
  return state.kind !== 'finished' || state.outcome === 'succeeded'
}
