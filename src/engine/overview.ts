import { type Freeze, type Frozen, frozenAt } from '../domain/freeze.ts'
import type { Lock } from '../domain/gates/gate.ts'
import { type Attempt, byUrgency, type Mark, markOf, versionsOf, worstOf } from '../domain/overview.ts'
import type { ReleaseRef } from '../domain/release.ts'
import type { EnvironmentSpec, ProjectSpec } from '../domain/spec.ts'
import { trackId } from '../domain/track.ts'
import { waveNumber } from '../domain/wave.ts'
import type { LiveOrigin, RunBrief, TrackRow } from '../store/overview.ts'
import type { Store } from '../store/store.ts'
import type { Observation } from '../targets/driver.ts'
import { knownAddressOf } from './address.ts'
import type { Parts } from './parts.ts'
import { mixedSentence } from './perform-versions.ts'
import type { CountedTrack, UndeployedCount, UndeployedCounts } from './undeployed-counts.ts'

export interface OverviewTrack {
  readonly track: string
  readonly app: string
  readonly environment: string
  readonly url: string | null
  readonly mark: Mark
  readonly live: (LiveOrigin & { readonly release: ReleaseRef; readonly deployment: string }) | null
  readonly attempted: Attempt | null
  /** As the target told when it was last asked. */
  readonly running: { readonly at: number; readonly versions: ReturnType<typeof versionsOf> } | null
  readonly serving: ReturnType<typeof versionsOf>
  readonly mixed: string | null
  readonly finding: string | null
  readonly undeployed: UndeployedCount | null
  readonly waiting: readonly Waiting[]
  readonly queued: number
  readonly lock: Lock | null
  readonly freeze: Frozen | null
  readonly maintenance: { readonly message: string; readonly by: string; readonly since: number } | null
}

interface Waiting {
  readonly deployment: string
  readonly version: string
  readonly by: string
}

export interface OverviewProject {
  readonly name: string
  readonly mark: Mark
  readonly newestRun: RunBrief | null
  /** In the order of their waves. */
  readonly environments: readonly { readonly name: string; readonly displayName: string; readonly wave: number }[]
  readonly apps: readonly string[]
  readonly tracks: readonly OverviewTrack[]
}

/** No longer than nobody notices. */
const countMs = 150

/**
 * What runs where, for all projects at once: from the store, in as many statements for a hundred projects as for one. No
 * target is asked; each tells what it told last.
 */
export async function overview(
  parts: Parts,
  counts: UndeployedCounts,
  projects: readonly string[] | null,
): Promise<readonly OverviewProject[]> {
  const { store } = parts
  const read = readAll(store, projects, parts.time.now())
  const names = projects ?? store.projects.list().map(({ name }) => name)
  const places = names.map((name) => ({ name, spec: store.runs.newestSpec(name), rows: read.rows.get(name) ?? [] }))
  const counted = places.flatMap(({ name, spec, rows }) =>
    placesOf(name, spec, rows).map((each) => asCounted(read, each)),
  )
  await counts.look(counted, countMs)
  return places.map((place) => projectOf(place, { read, counts, edgePort: parts.settings.edgePort })).sort(byUrgency)
}

interface Read {
  readonly at: number
  /** By project. */
  readonly rows: ReadonlyMap<string, readonly TrackRow[]>
  readonly attempts: ReadonlyMap<string, Attempt>
  readonly origins: ReadonlyMap<string, LiveOrigin>
  readonly runs: ReadonlyMap<string, RunBrief>
  readonly pushes: ReadonlyMap<string, number>
  /** By `project/environment`. */
  readonly locks: ReadonlyMap<string, Lock>
  readonly freezes: ReadonlyMap<string, readonly Freeze[]>
  readonly closed: ReadonlyMap<string, NonNullable<OverviewTrack['maintenance']>>
  /** By track. */
  readonly waiting: ReadonlyMap<string, readonly Waiting[]>
  readonly queued: ReadonlyMap<string, number>
}

function readAll(store: Store, projects: readonly string[] | null, at: number): Read {
  const open = store.deployments.openEverywhere()
  const queued = Map.groupBy(
    open.filter(({ state }) => state.kind === 'queued'),
    ({ track }) => track,
  )
  const waiting = Map.groupBy(
    open.filter(({ state }) => state.kind === 'waiting'),
    ({ track }) => track,
  )
  const freezes = Map.groupBy(store.freezes.all(at), (each) => `${each.project}/${each.freeze.environment}`)
  return {
    at,
    rows: Map.groupBy(store.overviews.tracks(projects), (row) => row.project),
    attempts: store.overviews.attempts(projects),
    origins: store.overviews.origins(projects),
    runs: store.overviews.newestRuns(projects),
    pushes: store.overviews.pushes(projects),
    locks: new Map(store.locks.all().map((each) => [`${each.project}/${each.lock.environment}`, each.lock])),
    freezes: mapped(freezes, (all) => all.map(({ freeze }) => freeze)),
    closed: new Map(store.doors.closed().map((each) => [`${each.project}/${each.environment}`, each.maintenance])),
    waiting: mapped(waiting, (all) =>
      all.map(({ id, release, by }) => ({ deployment: id, version: release.version, by })),
    ),
    queued: mapped(queued, (all) => all.length),
  }
}

function mapped<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): ReadonlyMap<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value)]))
}

interface Place {
  readonly id: string
  readonly project: string
  readonly app: string
  /** Null for what the configuration does not have any more, and which still runs. */
  readonly spec: EnvironmentSpec | null
  readonly environment: string
  readonly row: TrackRow | null
}

function placesOf(project: string, spec: ProjectSpec | null, rows: readonly TrackRow[]): readonly Place[] {
  const stored = new Map(rows.map((row) => [row.id, row]))
  const configured = (spec?.environments ?? []).flatMap((environment) =>
    environment.apps.map((app) => {
      const id = trackId(project, app, environment.name)
      return { id, project, app, spec: environment, environment: environment.name, row: stored.get(id) ?? null }
    }),
  )
  const known = new Set(configured.map(({ id }) => id))
  const left = rows
    .filter(({ id, live }) => !known.has(id) && (live?.instances ?? []).length > 0)
    .map((row) => ({ id: row.id, project, app: row.app, spec: null, environment: row.environment, row }))
  return [...configured, ...left]
}

function asCounted(read: Read, { id, project, app, environment, row }: Place): CountedTrack {
  const asOf = `${row?.live?.release.commit ?? ''} ${read.pushes.get(project)} ${read.runs.get(project)?.id}`
  return { id, project, app, environment, asOf }
}

interface Surroundings {
  readonly edgePort: number | null
  readonly read: Read
  readonly counts: UndeployedCounts
}

interface ProjectPlace {
  readonly name: string
  readonly spec: ProjectSpec | null
  readonly rows: readonly TrackRow[]
}

function projectOf({ name, spec, rows }: ProjectPlace, around: Surroundings): OverviewProject {
  const tracks = placesOf(name, spec, rows).map((place) => trackOf(place, around))
  return {
    name,
    mark: worstOf(tracks.map(({ mark }) => mark)),
    newestRun: around.read.runs.get(name) ?? null,
    environments: environmentsOf(spec, tracks),
    apps: [...new Set(tracks.map(({ app }) => app))],
    tracks,
  }
}

function environmentsOf(spec: ProjectSpec | null, tracks: readonly OverviewTrack[]): OverviewProject['environments'] {
  const configured = (spec?.environments ?? []).map(({ name, displayName }) => ({
    ...{ name, displayName },
    wave: spec === null ? 0 : waveNumber(spec, name),
  }))
  const left = tracks
    .map(({ environment }) => environment)
    .filter((each) => !configured.some(({ name }) => name === each))
  return [
    ...configured.sort((one, other) => one.wave - other.wave),
    ...[...new Set(left)].map((name) => ({ name, displayName: name, wave: 0 })),
  ]
}

function trackOf(place: Place, { read, counts, edgePort }: Surroundings): OverviewTrack {
  const { id, project, app, environment, spec, row } = place
  const where = `${project}/${environment}`
  const observed = (row?.observed ?? null) as Observation | null
  const attempted = read.attempts.get(id) ?? null
  const mixed = mixedSentence(observed?.instances ?? [])
  const waiting = read.waiting.get(id) ?? []
  const queued = read.queued.get(id) ?? 0
  const live = liveOf(row, read.origins.get(id))
  const finding = spec === null ? 'signalbox.yml does not have it any more, and it goes on' : (row?.finding ?? null)
  return {
    ...{ track: id, app, environment, url: spec === null ? null : knownAddressOf(spec, app, edgePort) },
    mark: markOf({ live, attempted, finding, mixed, waiting, queued }),
    ...{ live, attempted, mixed, finding, waiting, queued },
    ...observedOf(observed),
    undeployed: counts.get(asCounted(read, place)),
    lock: read.locks.get(where) ?? null,
    freeze: frozenAt(read.at, spec?.policies.freezes ?? [], read.freezes.get(where) ?? []),
    maintenance: read.closed.get(where) ?? null,
  }
}

function liveOf(row: TrackRow | null, origin: LiveOrigin | undefined): OverviewTrack['live'] {
  if (row === null || row.live === null || origin === undefined) return null
  const { release, deployment } = row.live
  return { ...origin, release, deployment }
}

function observedOf(observed: Observation | null): Pick<OverviewTrack, 'running' | 'serving'> {
  if (observed === null) return { running: null, serving: [] }
  const { at, instances, routed } = observed
  const serving = instances.filter(({ name }) => routed.includes(name))
  return { running: { at, versions: versionsOf(instances) }, serving: versionsOf(serving) }
}
