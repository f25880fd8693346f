import { type Database, integer, integerOrNull, type Row, text } from './database.ts'

/** A browser in which somebody has signed in. What its cookie holds is stored by its hash. */
export interface Session {
  /** Its number; the value of the cookie is known to the browser alone. */
  readonly id: number
  readonly account: string
  readonly createdAt: number
  readonly seenAt: number
  /** When whoever sits there showed last that it is them. */
  readonly confirmedAt: number
  readonly browser: string
  readonly address: string
  readonly endedAt: number | null
}

export class Sessions {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  start(
    { account, createdAt, browser, address }: Omit<Session, 'id' | 'seenAt' | 'confirmedAt' | 'endedAt'>,
    hash: string,
  ): number {
    const sql = `INSERT INTO sessions (hash, account, created_at, seen_at, confirmed_at, browser, address)
                 VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?5)`
    return this.#db.insert(sql, hash, account, createdAt, browser, address)
  }

  byHash(hash: string): Session | null {
    const row = this.#db.get('SELECT * FROM sessions WHERE hash = ?', hash)
    return row === null ? null : toSession(row)
  }

  /** Not ended, newest first. */
  open(account: string): readonly Session[] {
    const sql = 'SELECT * FROM sessions WHERE account = ? AND ended_at IS NULL ORDER BY number DESC'
    return this.#db.all(sql, account).map(toSession)
  }

  seen(id: number, at: number): void {
    this.#db.run('UPDATE sessions SET seen_at = ? WHERE number = ?', at, id)
  }

  /** From now on it is found by this hash, and by the one before no more. */
  confirmed(id: number, hash: string, at: number): void {
    this.#db.run('UPDATE sessions SET hash = ?, confirmed_at = ? WHERE number = ?', hash, at, id)
  }

  end(id: number, at: number): void {
    this.#db.run('UPDATE sessions SET ended_at = ? WHERE number = ? AND ended_at IS NULL', at, id)
  }

  /** All of theirs; how many those were. */
  endAll(account: string, at: number): number {
    return this.#db.run('UPDATE sessions SET ended_at = ? WHERE account = ? AND ended_at IS NULL', at, account)
  }

  /** All of theirs but one; null: all. */
  endOthers(account: string, kept: number | null, at: number): void {
    const sql = 'UPDATE sessions SET ended_at = ? WHERE account = ? AND number IS NOT ? AND ended_at IS NULL'
    this.#db.run(sql, at, account, kept)
  }

  /** Those that nobody has used since. */
  forget(before: number): void {
    this.#db.run('DELETE FROM sessions WHERE seen_at < ?', before)
  }
}

function toSession(row: Row): Session {
  return {
    id: integer(row, 'number'),
    account: text(row, 'account'),
    createdAt: integer(row, 'created_at'),
    seenAt: integer(row, 'seen_at'),
    confirmedAt: integer(row, 'confirmed_at'),
    browser: text(row, 'browser'),
    address: text(row, 'address'),
    endedAt: integerOrNull(row, 'ended_at'),
  }
}
