import { type Database, integer, json } from './database.ts'

/** What a browser has to answer, once and soon. */
export interface Challenge {
  readonly kind: string
  /** What the answer is for. */
  readonly data: unknown
  readonly expiresAt: number
}

/** Anybody may ask for one: more than these are not kept, the oldest go. */
const MOST = 10_000

export class Challenges {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ kind, data, expiresAt }: Challenge, hash: string): void {
    const sql = 'INSERT INTO challenges (hash, kind, data, expires_at) VALUES (?, ?, ?, ?)'
    const number = this.#db.insert(sql, hash, kind, JSON.stringify(data), expiresAt)
    this.#db.run('DELETE FROM challenges WHERE number <= ?', number - MOST)
  }

  /** There is none with this hash afterwards: nobody else can take it. */
  take(hash: string, kind: string): Challenge | null {
    const row = this.#db.get('DELETE FROM challenges WHERE hash = ? AND kind = ? RETURNING *', hash, kind)
    return row === null ? null : { kind, data: json(row, 'data'), expiresAt: integer(row, 'expires_at') }
  }

  /** Those that were good until then. */
  forget(before: number): void {
    this.#db.run('DELETE FROM challenges WHERE expires_at < ?', before)
  }
}
