import type { Freeze, FreezeOverride } from '../domain/freeze.ts'
import { type Database, integer, type Row, text } from './database.ts'

export interface Place {
  readonly project: string
  readonly environment: string
}

export class Freezes {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ project, environment }: Place, freeze: Omit<Freeze, 'id' | 'environment'>): Freeze {
    const sql =
      'INSERT INTO freezes (project, environment, person, reason, from_at, until_at) VALUES (?, ?, ?, ?, ?, ?)'
    const { by, reason, from, until } = freeze
    const number = this.#db.insert(sql, project, environment, by, reason, from, until)
    return { ...freeze, environment, id: `f${number}` }
  }

  /** Those that have not ended, the next to begin first. */
  list({ project, environment }: Place, at: number): readonly Freeze[] {
    const sql = 'SELECT * FROM freezes WHERE project = ? AND environment = ? AND until_at > ? ORDER BY from_at, number'
    return this.#db.all(sql, project, environment, at).map(toFreeze)
  }

  /** Those of every environment that have not ended. */
  all(at: number): readonly { readonly project: string; readonly freeze: Freeze }[] {
    const sql = 'SELECT * FROM freezes WHERE until_at > ? ORDER BY from_at, number'
    const rows = this.#db.all(sql, at)
    return rows.map((row) => ({ project: text(row, 'project'), freeze: toFreeze(row) }))
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM freezes WHERE number = ?', Number(id.slice(1)))
  }

  /** The newest one counts. */
  override({ project, environment }: Place, { by, reason, until }: FreezeOverride): void {
    const sql =
      'INSERT OR REPLACE INTO freeze_overrides (project, environment, person, reason, until_at) VALUES (?, ?, ?, ?, ?)'
    this.#db.run(sql, project, environment, by, reason, until)
  }

  overrideAt({ project, environment }: Place, at: number): FreezeOverride | null {
    const sql = 'SELECT * FROM freeze_overrides WHERE project = ? AND environment = ? AND until_at > ?'
    const row = this.#db.get(sql, project, environment, at)
    return row === null
      ? null
      : { by: text(row, 'person'), reason: text(row, 'reason'), until: integer(row, 'until_at') }
  }
}

function toFreeze(row: Row): Freeze {
  return {
    id: `f${integer(row, 'number')}`,
    environment: text(row, 'environment'),
    by: text(row, 'person'),
    reason: text(row, 'reason'),
    from: integer(row, 'from_at'),
    until: integer(row, 'until_at'),
  }
}
