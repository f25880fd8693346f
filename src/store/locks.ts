import type { Lock } from '../domain/gates/gate.ts'
import { type Database, integer, integerOrNull, type Row, text } from './database.ts'

export class Locks {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  get(project: string, environment: string): Lock | null {
    const row = this.#db.get('SELECT * FROM locks WHERE project = ? AND environment = ?', project, environment)
    return row === null ? null : toLock(row)
  }

  all(): readonly { readonly project: string; readonly lock: Lock }[] {
    const rows = this.#db.all('SELECT * FROM locks')
    return rows.map((row) => ({ project: text(row, 'project'), lock: toLock(row) }))
  }

  set(project: string, { environment, by, reason, at, expiresAt }: Lock): void {
    const sql =
      'INSERT OR REPLACE INTO locks (project, environment, person, reason, at, expires_at) VALUES (?, ?, ?, ?, ?, ?)'
    this.#db.run(sql, project, environment, by, reason, at, expiresAt)
  }

  remove(project: string, environment: string): boolean {
    return this.#db.run('DELETE FROM locks WHERE project = ? AND environment = ?', project, environment) === 1
  }

  expired(at: number): readonly { readonly project: string; readonly lock: Lock }[] {
    const rows = this.#db.all('SELECT * FROM locks WHERE expires_at <= ?', at)
    return rows.map((row) => ({ project: text(row, 'project'), lock: toLock(row) }))
  }
}

function toLock(row: Row): Lock {
  return {
    environment: text(row, 'environment'),
    by: text(row, 'person'),
    reason: text(row, 'reason'),
    at: integer(row, 'at'),
    expiresAt: integerOrNull(row, 'expires_at'),
  }
}
