import type { Publication } from '../domain/publication.ts'
import { refOf } from '../domain/release.ts'
import { type Database, integer, type Row, text } from './database.ts'
import type { Releases } from './releases.ts'

type AppOf = Pick<Publication, 'project' | 'app'>

export class Publications {
  readonly #db: Database
  readonly #releases: Releases

  constructor(db: Database, releases: Releases) {
    this.#db = db
    this.#releases = releases
  }

  add({ project, app, release, tag, notes, by, at }: Publication): void {
    this.#db.run(
      'INSERT INTO publications (project, app, release, tag, notes, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[project, app, release.id, tag, notes, by, at],
    )
  }

  ofRelease({ project, app, id }: AppOf & { readonly id: string }): Publication | null {
    const sql = 'SELECT * FROM publications WHERE project = ? AND app = ? AND release = ?'
    return this.#first(this.#db.get(sql, project, app, id))
  }

  ofTag(project: string, tag: string): Publication | null {
    return this.#first(this.#db.get('SELECT * FROM publications WHERE project = ? AND tag = ?', project, tag))
  }

  newest({ project, app }: AppOf): Publication | null {
    return this.list(project, app, 1)[0] ?? null
  }

  /** Newest first. */
  list(project: string, app: string | null, limit: number): readonly Publication[] {
    const sql =
      'SELECT * FROM publications WHERE project = ?1 AND (?2 IS NULL OR app = ?2) ORDER BY number DESC LIMIT ?3'
    return this.#db.all(sql, project, app, limit).map((row) => this.#toPublication(row))
  }

  #first(row: Row | null): Publication | null {
    return row === null ? null : this.#toPublication(row)
  }

  #toPublication(row: Row): Publication {
    const id = text(row, 'release')
    const release = this.#releases.get(id)
    if (release === null) throw new Error(`a publication of ${id}, which is not there`)
    return {
      project: text(row, 'project'),
      app: text(row, 'app'),
      release: refOf(release),
      tag: text(row, 'tag'),
      notes: text(row, 'notes'),
      by: text(row, 'actor'),
      at: integer(row, 'at'),
    }
  }
}
