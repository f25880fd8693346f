import type { Attempt } from '../domain/overview.ts'
import type { Live } from '../domain/track.ts'
import { type Database, integer, json, type Row, text, textOrNull } from './database.ts'
import type { StoredObservation } from './tracks.ts'

export interface TrackRow {
  readonly id: string
  readonly project: string
  readonly app: string
  readonly environment: string
  readonly live: Live | null
  readonly observed: StoredObservation | null
  readonly finding: string | null
}

/** Who left what is live, and when; with the title of its commit. */
export interface LiveOrigin {
  readonly by: string
  readonly at: number
  readonly title: string
}

export interface RunBrief {
  readonly id: string
  readonly branch: string | null
  readonly title: string
  readonly by: string
  readonly at: number
  readonly state: string
  readonly outcome: string | null
}

/** Only of these; null: all. */
type Projects = readonly string[] | null

/** All tracks in a handful of statements: of what is stored as JSON only the fields that are shown are taken out. */
export class Overviews {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  tracks(projects: Projects): readonly TrackRow[] {
    const sql = `SELECT id, project, app, environment, live, observed, finding FROM tracks
      WHERE ?1 IS NULL OR project IN (SELECT value FROM json_each(?1))`
    return this.#db.all(sql, projects && JSON.stringify(projects)).map(toTrack)
  }

  /** By track. */
  attempts(projects: Projects): ReadonlyMap<string, Attempt> {
    const rows = this.#db.all(
      `SELECT d.number, d.track, d.reason, d.state, d.outcome, d.moved_at, releases.title, json_extract(d.deployment,
         '$.by', '$.release', '$.state.reason', '$.state.because.reason', '$.state.rolledBack', '$.state.at') AS told,
         json_array_length(d.deployment, '$.state.steps') AS steps
       FROM tracks JOIN deployments AS d ON d.number = (
         SELECT number FROM deployments
         WHERE track = tracks.id AND state NOT IN ('waiting', 'queued') ORDER BY moved_at DESC, number DESC LIMIT 1)
       LEFT JOIN releases ON releases.number = CAST(substr(d.release, 2) AS INTEGER)
       WHERE (?1 IS NULL OR tracks.project IN (SELECT value FROM json_each(?1)))`,
      projects && JSON.stringify(projects),
    )
    return new Map(rows.map((row) => [text(row, 'track'), toAttempt(row)]))
  }

  /** By track. */
  origins(projects: Projects): ReadonlyMap<string, LiveOrigin> {
    const rows = this.#db.all(
      `SELECT tracks.id, releases.title, d.moved_at, json_extract(d.deployment, '$.by') AS actor,
         json_extract(d.deployment, '$.finishedAt') AS finished_at
       FROM tracks JOIN deployments AS d ON d.number = CAST(substr(json_extract(tracks.live, '$.deployment'), 2) AS INTEGER)
       LEFT JOIN releases ON releases.number = CAST(substr(json_extract(tracks.live, '$.release.id'), 2) AS INTEGER)
       WHERE tracks.live IS NOT NULL AND (?1 IS NULL OR tracks.project IN (SELECT value FROM json_each(?1)))`,
      projects && JSON.stringify(projects),
    )
    return new Map(rows.map((row) => [text(row, 'id'), toOrigin(row)]))
  }

  /** The newest of each project that is not only proposed. */
  newestRuns(projects: Projects): ReadonlyMap<string, RunBrief> {
    const rows = this.#db.all(
      `SELECT number, runs.project, state, runs.created_at,
         json_extract(run, '$.branch', '$.title', '$.by', '$.outcome') AS told
       FROM projects JOIN runs ON number = (SELECT number FROM runs AS newest WHERE newest.project = projects.name
         AND proposed = 0 ORDER BY number DESC LIMIT 1)
       WHERE (?1 IS NULL OR projects.name IN (SELECT value FROM json_each(?1)))`,
      projects && JSON.stringify(projects),
    )
    return new Map(rows.map((row) => [text(row, 'project'), toRun(row)]))
  }

  /** A number that rises with every push that was accepted, by project. */
  pushes(projects: Projects): ReadonlyMap<string, number> {
    const rows = this.#db.all(
      `SELECT name, COALESCE((SELECT MAX(number) FROM events WHERE project = name), 0) AS newest
       FROM projects WHERE (?1 IS NULL OR name IN (SELECT value FROM json_each(?1)))`,
      projects && JSON.stringify(projects),
    )
    return new Map(rows.map((row) => [text(row, 'name'), integer(row, 'newest')]))
  }
}

function toTrack(row: Row): TrackRow {
  const live = textOrNull(row, 'live')
  const observed = textOrNull(row, 'observed')
  return {
    id: text(row, 'id'),
    project: text(row, 'project'),
    app: text(row, 'app'),
    environment: text(row, 'environment'),
    live: live === null ? null : (JSON.parse(live) as Live),
    observed: observed === null ? null : (JSON.parse(observed) as StoredObservation),
    finding: textOrNull(row, 'finding'),
  }
}

type Told = [string, Attempt['release'], string | null, string | null, 0 | 1 | null, number | null]

function toAttempt(row: Row): Attempt {
  const [by, { id, version, commit, digest }, reason, because, rolledBack, step] = json<Told>(row, 'told')
  const state = text(row, 'state') as Attempt['state']
  const isMoving = state === 'rolling' || state === 'reverting'
  return {
    deployment: `d${integer(row, 'number')}`,
    release: { id, version, commit, digest },
    title: textOrNull(row, 'title') ?? '',
    reason: text(row, 'reason') as Attempt['reason'],
    ...{ by, at: integer(row, 'moved_at'), state },
    outcome: textOrNull(row, 'outcome') as Attempt['outcome'],
    because: reason ?? because,
    rolledBack: Boolean(rolledBack),
    step: isMoving && step !== null ? { at: step + 1, of: integer(row, 'steps') } : null,
  }
}

function toOrigin(row: Row): LiveOrigin {
  const finishedAt = row.finished_at === null ? integer(row, 'moved_at') : integer(row, 'finished_at')
  return { by: text(row, 'actor'), at: finishedAt, title: textOrNull(row, 'title') ?? '' }
}

function toRun(row: Row): RunBrief {
  const [branch, title, by, outcome] = json<[string | null, string, string, string | null]>(row, 'told')
  const [id, at, state] = [`r${integer(row, 'number')}`, integer(row, 'created_at'), text(row, 'state')]
  return { id, branch, title, by, at, state, outcome }
}
