import type { Waiver } from '../domain/contract.ts'
import { type Database, integer, type Row, text } from './database.ts'

export class Waivers {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  list(project: string): readonly Waiver[] {
    return this.#db.all('SELECT * FROM waivers WHERE project = ? ORDER BY environment, name', project).map(toWaiver)
  }

  set(project: string, { environment, name, by, reason, at, expiresAt }: Waiver): void {
    const sql =
      'INSERT OR REPLACE INTO waivers (project, environment, name, person, reason, at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)'
    this.#db.run(sql, project, environment, name, by, reason, at, expiresAt)
  }

  /** False when there was none. */
  remove(project: string, environment: string, name: string): boolean {
    const sql = 'DELETE FROM waivers WHERE project = ? AND environment = ? AND name = ?'
    return this.#db.run(sql, project, environment, name) === 1
  }

  expired(at: number): readonly { readonly project: string; readonly waiver: Waiver }[] {
    const rows = this.#db.all('SELECT * FROM waivers WHERE expires_at <= ? ORDER BY project, environment, name', at)
    return rows.map((row) => ({ project: text(row, 'project'), waiver: toWaiver(row) }))
  }
}

function toWaiver(row: Row): Waiver {
  return {
    environment: text(row, 'environment'),
    name: text(row, 'name'),
    by: text(row, 'person'),
    reason: text(row, 'reason'),
    at: integer(row, 'at'),
    expiresAt: integer(row, 'expires_at'),
  }
}
