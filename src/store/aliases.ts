import { type Database, text } from './database.ts'

export interface Alias {
  readonly project: string
  readonly app: string
  readonly name: string
  readonly release: string
}

/** Names that stand for a release, besides its version. */
export class Aliases {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** False when the name is there already, for whichever release. */
  add({ project, app, name, release }: Alias): boolean {
    const sql = 'INSERT OR IGNORE INTO aliases (project, app, name, release) VALUES (?, ?, ?, ?)'
    return this.#db.run(sql, project, app, name, release) === 1
  }

  /** The release it stands for. */
  find({ project, app, name }: Omit<Alias, 'release'>): string | null {
    const sql = 'SELECT release FROM aliases WHERE project = ? AND app = ? AND name = ?'
    const row = this.#db.get(sql, project, app, name)
    return row === null ? null : text(row, 'release')
  }

  remove({ project, app, name }: Omit<Alias, 'release'>): boolean {
    return this.#db.run('DELETE FROM aliases WHERE project = ? AND app = ? AND name = ?', project, app, name) === 1
  }

  of(release: string): readonly string[] {
    return this.#db
      .all('SELECT name FROM aliases WHERE release = ? ORDER BY name', release)
      .map((row) => text(row, 'name'))
  }
}
