import type { Override } from '../domain/gates/gate.ts'
import { type Database, integer, text } from './database.ts'

export class Overrides {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The first one stays. */
  add(deployment: string, { gate, by, reason, at }: Override): void {
    const sql = 'INSERT OR IGNORE INTO overrides (deployment, gate, person, reason, at) VALUES (?, ?, ?, ?, ?)'
    this.#db.run(sql, deployment, gate, by, reason, at)
  }

  has(deployment: string, gate: Override['gate']): boolean {
    return this.#db.get('SELECT 1 FROM overrides WHERE deployment = ? AND gate = ?', deployment, gate) !== null
  }

  of(deployment: string): readonly Override[] {
    return this.#db.all('SELECT * FROM overrides WHERE deployment = ? ORDER BY gate', deployment).map((row) => ({
      gate: text(row, 'gate') as Override['gate'],
      by: text(row, 'person'),
      reason: text(row, 'reason'),
      at: integer(row, 'at'),
    }))
  }
}
