import { type Database, integer } from './database.ts'

/** Failed tries to sign in, one after the other. */
export interface Failures {
  readonly failures: number
  readonly lastAt: number
}

/** By what was tried: `account:ada`, `address:10.0.0.7`. They outlive a restart. */
export class Tries {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  get(of: string): Failures | null {
    const row = this.#db.get('SELECT failures, last_at FROM tries WHERE of = ?', of)
    return row === null ? null : { failures: integer(row, 'failures'), lastAt: integer(row, 'last_at') }
  }

  /** What was until `since` is forgotten. */
  failed(of: string, at: number, since: number): void {
    const sql = `INSERT INTO tries (of, failures, last_at) VALUES (?1, 1, ?2)
                 ON CONFLICT DO UPDATE SET failures = iif(last_at <= ?3, 1, failures + 1), last_at = ?2`
    this.#db.run(sql, of, at, since)
  }

  /** The one counted at that time was none; those before it stay. */
  undo(of: string, at: number, before: Failures | null): void {
    const sql = `UPDATE tries SET failures = failures - 1, last_at = iif(last_at = ?2, ?3, last_at) WHERE of = ?1`
    this.#db.run(sql, of, at, before?.lastAt ?? at)
    this.#db.run('DELETE FROM tries WHERE of = ? AND failures < 1', of)
  }

  succeeded(of: string): void {
    this.#db.run('DELETE FROM tries WHERE of = ?', of)
  }

  /** What nobody has tried since. */
  forget(before: number): void {
    this.#db.run('DELETE FROM tries WHERE last_at < ?', before)
  }
}
