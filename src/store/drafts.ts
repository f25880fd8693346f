import type { ReleaseDraft } from '../domain/publication.ts'
import { type Database, json } from './database.ts'

/** One for each app that keeps one. */
export class Drafts {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  save(draft: ReleaseDraft): void {
    const sql = 'INSERT OR REPLACE INTO drafts (project, app, draft) VALUES (?, ?, ?)'
    this.#db.run(sql, draft.project, draft.app, JSON.stringify(draft))
  }

  get(project: string, app: string): ReleaseDraft | null {
    const row = this.#db.get('SELECT draft FROM drafts WHERE project = ? AND app = ?', project, app)
    return row === null ? null : json(row, 'draft')
  }
}
