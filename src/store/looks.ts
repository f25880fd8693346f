import { type Database, type Row, text } from './database.ts'

/** A release that may be due somewhere when its time has come. */
export interface Look {
  readonly project: string
  readonly app: string
  readonly commit: string
}

export class Looks {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The newest time counts. */
  set({ project, app, commit }: Look, at: number): void {
    const sql = 'INSERT OR REPLACE INTO looks (project, app, commit_sha, at) VALUES (?, ?, ?, ?)'
    this.#db.run(sql, project, app, commit, at)
  }

  remove({ project, app, commit }: Look): void {
    this.#db.run('DELETE FROM looks WHERE project = ? AND app = ? AND commit_sha = ?', project, app, commit)
  }

  clear(): void {
    this.#db.run('DELETE FROM looks')
  }

  due(at: number): readonly Look[] {
    return this.#db.all('SELECT * FROM looks WHERE at <= ? ORDER BY at, project, app, commit_sha', at).map(toLook)
  }
}

function toLook(row: Row): Look {
  return { project: text(row, 'project'), app: text(row, 'app'), commit: text(row, 'commit_sha') }
}
