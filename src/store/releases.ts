import type { Release } from '../domain/release.ts'
import { type Database, integer, integerOrNull, type Row, text } from './database.ts'

/** A release as stored; `discardedAt` says since when its archive is not kept. */
export type StoredRelease = Release & { readonly discardedAt: number | null }

export class Releases {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The same commit built twice is the same release: the first one stays. */
  add(release: Omit<Release, 'id'>): Release {
    const known = this.ofCommit(release.project, release.app, release.commit)
    if (known !== null) return known
    const { project, app, commit, version, digest, bytes, run, title, createdAt } = release
    const number = this.#db.insert(
      `INSERT INTO releases (project, app, commit_sha, version, digest, bytes, run, title, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[project, app, commit, this.#free(project, app, version), digest, bytes, run, title, createdAt],
    )
    return this.get(`v${number}`) as Release
  }

  get(id: string): StoredRelease | null {
    const row = this.#db.get('SELECT * FROM releases WHERE number = ?', Number(id.slice(1)))
    return row === null ? null : toRelease(row)
  }

  ofCommit(project: string, app: string, commit: string): StoredRelease | null {
    const row = this.#db.get(
      'SELECT * FROM releases WHERE project = ? AND app = ? AND commit_sha = ?',
      project,
      app,
      commit,
    )
    return row === null ? null : toRelease(row)
  }

  /** By version, by alias, or by the beginning of the commit (7 digits or more) when that is unambiguous. */
  find(project: string, app: string, name: string): StoredRelease | null {
    const exact = this.#db.get(
      'SELECT * FROM releases WHERE project = ? AND app = ? AND version = ?',
      project,
      app,
      name,
    )
    if (exact !== null) return toRelease(exact)
    const known = this.#db.get(
      'SELECT release FROM aliases WHERE project = ? AND app = ? AND name = ?',
      ...[project, app, name],
    )
    if (known !== null) return this.get(text(known, 'release'))
    if (!/^[0-9a-f]{7,40}$/.test(name)) return null
    const rows = this.#db.all(
      "SELECT * FROM releases WHERE project = ? AND app = ? AND commit_sha LIKE ? || '%' LIMIT 2",
      project,
      app,
      name,
    )
    return rows.length === 1 ? toRelease(rows[0] as Row) : null
  }

  /** Of the newest push, to this ref if one is given, of which an archive is kept; however long its checks took. */
  newest(project: string, app: string, ref: string | null): StoredRelease | null {
    return this.byPush(project, app, { ref, limit: 1 })[0] ?? null
  }

  /** The same, and those before it. */
  byPush(
    project: string,
    app: string,
    { ref, limit }: { readonly ref: string | null; readonly limit: number },
  ): readonly StoredRelease[] {
    const rows = this.#db.all(
      `SELECT releases.*, MAX(runs.number) AS pushed FROM releases JOIN runs USING (project, commit_sha)
       WHERE project = ?1 AND app = ?2 AND discarded_at IS NULL AND (?3 IS NULL OR runs.ref = ?3)
       GROUP BY releases.number ORDER BY pushed DESC LIMIT ?4`,
      ...[project, app, ref, limit],
    )
    return rows.map(toRelease)
  }

  /** Newest first. */
  list(project: string, app: string | null, limit: number): readonly StoredRelease[] {
    const sql = 'SELECT * FROM releases WHERE project = ?1 AND (?2 IS NULL OR app = ?2) ORDER BY number DESC LIMIT ?3'
    return this.#db.all(sql, project, app, limit).map(toRelease)
  }

  ofCommitAll(project: string, commit: string): readonly StoredRelease[] {
    return this.#db
      .all('SELECT * FROM releases WHERE project = ? AND commit_sha = ? ORDER BY number', project, commit)
      .map(toRelease)
  }

  /** The newest that was made into this archive. */
  ofDigest({ project, app }: Pick<Release, 'project' | 'app'>, digest: string): StoredRelease | null {
    const sql = 'SELECT * FROM releases WHERE digest = ? AND project = ? AND app = ? ORDER BY number DESC LIMIT 1'
    const row = this.#db.get(sql, digest, project, app)
    return row === null ? null : toRelease(row)
  }

  discard(id: string, at: number): void {
    this.#db.run('UPDATE releases SET discarded_at = ? WHERE number = ?', at, Number(id.slice(1)))
  }

  /** Built again after it was discarded. */
  restore(id: string, digest: string, bytes: number): void {
    const sql = 'UPDATE releases SET discarded_at = NULL, digest = ?, bytes = ? WHERE number = ?'
    this.#db.run(sql, digest, bytes, Number(id.slice(1)))
  }

  /** Digests that some release still stands for. */
  digestsInUse(): readonly string[] {
    const rows = this.#db.all('SELECT DISTINCT digest FROM releases WHERE discarded_at IS NULL ORDER BY digest')
    return rows.map((row) => text(row, 'digest'))
  }

  /** Whether some release still stands for it. */
  isInUse(digest: string): boolean {
    const sql = 'SELECT 1 FROM releases WHERE digest = ? AND discarded_at IS NULL LIMIT 1'
    return this.#db.get(sql, digest) !== null
  }

  /** All that a project ever had one of. */
  apps(project: string): readonly string[] {
    return this.#db
      .all('SELECT DISTINCT app FROM releases WHERE project = ? ORDER BY app', project)
      .map((row) => text(row, 'app'))
  }

  /** Those of which an archive is kept, newest first. */
  kept(project: string, app: string): readonly Pick<Release, 'id'>[] {
    const sql =
      'SELECT number FROM releases WHERE project = ? AND app = ? AND discarded_at IS NULL ORDER BY number DESC'
    return this.#db.all(sql, project, app).map((row) => ({ id: `v${integer(row, 'number')}` }))
  }

  /** Schemes such as sha7 or a timestamp can collide; the second one gets a number. */
  #free(project: string, app: string, version: string): string {
    for (let suffix = 1; ; suffix += 1) {
      const candidate = suffix === 1 ? version : `${version}.${suffix}`
      const sql = `SELECT 1 FROM releases WHERE project = ?1 AND app = ?2 AND version = ?3
                   UNION SELECT 1 FROM aliases WHERE project = ?1 AND app = ?2 AND name = ?3`
      if (this.#db.get(sql, project, app, candidate) === null) return candidate
    }
  }
}

function toRelease(row: Row): StoredRelease {
  return {
    id: `v${integer(row, 'number')}`,
    project: text(row, 'project'),
    app: text(row, 'app'),
    commit: text(row, 'commit_sha'),
    version: text(row, 'version'),
    digest: text(row, 'digest'),
    bytes: integer(row, 'bytes'),
    run: text(row, 'run'),
    title: text(row, 'title'),
    createdAt: integer(row, 'created_at'),
    discardedAt: integerOrNull(row, 'discarded_at'),
  }
}
