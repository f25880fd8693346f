import type { Run } from '../domain/run.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import { keepNewest } from '../lib/keep-newest.ts'
import { type Database, integer, json, type Row, text } from './database.ts'
import { newestOf } from './newest-of.ts'

/** Configurations kept as values: a deployment asks for the same one at every step, the overview for one of each project. */
const keptSpecs = 256

export class Runs {
  readonly #db: Database
  readonly #specs = new Map<string, ProjectSpec>()

  constructor(db: Database) {
    this.#db = db
  }

  add(run: Omit<Run, 'id'>): Run {
    const number = this.#db.insert(
      `INSERT INTO runs (project, event, commit_sha, state, created_at, expires_at, ref, proposed, run)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[run.project, run.event, run.commit, run.state, run.createdAt, run.expiresAt],
      ...[run.ref, run.proposal === null ? 0 : 1, JSON.stringify(run)],
    )
    return { ...run, id: idOf(number) }
  }

  save(run: Run): void {
    this.#db.run(
      'UPDATE runs SET state = ?, expires_at = ?, run = ? WHERE number = ?',
      run.state,
      run.expiresAt,
      JSON.stringify(run),
      numberOf(run.id),
    )
  }

  get(id: string): Run | null {
    const row = /^r\d+$/.test(id) ? this.#db.get('SELECT number, run FROM runs WHERE number = ?', numberOf(id)) : null
    return row === null ? null : toRun(row)
  }

  /** The newest of these projects; null: of all. */
  list(projects: readonly string[] | null, limit: number): readonly Run[] {
    const columns = 'SELECT number, run FROM runs'
    const rows =
      projects === null
        ? this.#db.all(`${columns} ORDER BY number DESC LIMIT ?`, limit)
        : this.#db.all(
            `${columns} WHERE number IN (${newestOf('runs')}) ORDER BY number DESC`,
            JSON.stringify(projects),
            limit,
          )
    return rows.map(toRun)
  }

  /** To which refs a project's newest runs were pushed, the newest first. */
  refs(project: string, limit: number): readonly string[] {
    const sql = 'SELECT ref FROM runs WHERE project = ? ORDER BY number DESC LIMIT ?'
    return this.#db.all(sql, project, limit).map((row) => text(row, 'ref'))
  }

  /** Of what is in branches and tags. What is only proposed says nothing about what may be deployed. */
  ofCommit(project: string, sha: string): readonly Run[] {
    return this.everyOf(project, sha).filter(({ proposal }) => proposal === null)
  }

  /** Also those of proposals. */
  everyOf(project: string, sha: string): readonly Run[] {
    return this.#db
      .all('SELECT number, run FROM runs WHERE project = ? AND commit_sha = ? ORDER BY number', project, sha)
      .map(toRun)
  }

  /** Runs of later pushes to the same ref, oldest first. */
  newerOf({ project, ref, id }: Pick<Run, 'project' | 'ref' | 'id'>): readonly Run[] {
    const sql = 'SELECT number, run FROM runs WHERE project = ? AND number > ? AND ref = ? ORDER BY number'
    return this.#db.all(sql, project, numberOf(id), ref).map(toRun)
  }

  unfinished(): readonly Run[] {
    return this.#db.all("SELECT number, run FROM runs WHERE state <> 'finished' ORDER BY number").map(toRun)
  }

  /** Those that have waited for people too long. */
  overdue(at: number): readonly string[] {
    return this.#db.all('SELECT number FROM runs WHERE expires_at <= ?', at).map((row) => idOf(integer(row, 'number')))
  }

  /** The configuration as of a commit; the same for every run of it. */
  saveSpec(project: string, sha: string, spec: ProjectSpec): void {
    this.#db.run(
      'INSERT OR IGNORE INTO specs (project, commit_sha, spec) VALUES (?, ?, ?)',
      project,
      sha,
      JSON.stringify(spec),
    )
  }

  /** What was saved never changes, so it is read once. */
  spec(project: string, sha: string): ProjectSpec | null {
    const key = `${project} ${sha}`
    const known = this.#specs.get(key)
    if (known !== undefined) return known
    const row = this.#db.get('SELECT spec FROM specs WHERE project = ? AND commit_sha = ?', project, sha)
    if (row === null) return null
    const spec = json<ProjectSpec>(row, 'spec')
    keepNewest(this.#specs, [key, spec], keptSpecs)
    return spec
  }

  /**
   * The configuration people mean when they name an environment: of the newest run on the ref that was last deployed
   * from. So what a side branch says changes nothing. Before the first deployment: of the newest run.
   */
  newestSpec(project: string): ProjectSpec | null {
    const ref = this.deployedRef(project)
    const newest =
      'SELECT commit_sha FROM runs JOIN specs USING (project, commit_sha) WHERE project = ? AND proposed = 0'
    const row =
      ref === null
        ? this.#db.get(`${newest} ORDER BY number DESC LIMIT 1`, project)
        : this.#db.get(`${newest} AND ref = ? ORDER BY number DESC LIMIT 1`, project, ref)
    return row === null ? null : this.spec(project, text(row, 'commit_sha'))
  }

  /** The ref that was last deployed from; null before the first deployment. Branches made of it later are others. */
  deployedRef(project: string): string | null {
    const row = this.#db.get(
      `SELECT runs.ref FROM deployments
       CROSS JOIN releases ON releases.number = CAST(substr(deployments.release, 2) AS INTEGER)
       CROSS JOIN runs ON runs.project = releases.project AND runs.commit_sha = releases.commit_sha
         AND runs.created_at <= deployments.created_at AND proposed = 0
       WHERE deployments.project = ? ORDER BY deployments.number DESC, runs.number DESC LIMIT 1`,
      project,
    )
    return row === null ? null : text(row, 'ref')
  }
}

function idOf(number: number): string {
  return `r${number}`
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}

function toRun(row: Row): Run {
  // Runs of before there were proposals say nothing of them.
  const before = { proposal: null, expiresAt: null }
  return {
    ...before,
    ...json<Omit<Run, 'id' | 'proposal' | 'expiresAt'> & Partial<Run>>(row, 'run'),
    id: idOf(integer(row, 'number')),
  }
}
