import { type Database, integer, integerOrNull, type Row, text } from './database.ts'

/** A key with which a person signs in without a password; here is its public half. */
export interface Passkey {
  readonly id: number
  /** As the authenticator named it, in base64url. */
  readonly credential: string
  readonly account: string
  /** As its person called it. */
  readonly name: string
  /** In base64url, as COSE has it. */
  readonly publicKey: string
  /** How often the authenticator says that it was used; those that do not count say 0. */
  readonly counter: number
  readonly createdAt: number
  readonly usedAt: number | null
}

export class Passkeys {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ credential, account, name, publicKey, counter, createdAt }: Omit<Passkey, 'id' | 'usedAt'>): number {
    const sql = `INSERT INTO passkeys (credential, account, name, public_key, counter, created_at)
                 VALUES (?, ?, ?, ?, ?, ?)`
    return this.#db.insert(sql, credential, account, name, publicKey, counter, createdAt)
  }

  byCredential(credential: string): Passkey | null {
    const row = this.#db.get('SELECT * FROM passkeys WHERE credential = ?', credential)
    return row === null ? null : toPasskey(row)
  }

  of(account: string): readonly Passkey[] {
    return this.#db.all('SELECT * FROM passkeys WHERE account = ? ORDER BY number', account).map(toPasskey)
  }

  rename(id: number, name: string): void {
    this.#db.run('UPDATE passkeys SET name = ? WHERE number = ?', name, id)
  }

  /** False: it is gone, or its counter did not rise since, so that somebody may have a copy. */
  used(id: number, counter: number, at: number): boolean {
    const sql = `UPDATE passkeys SET counter = ?2, used_at = ?3
                 WHERE number = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0))`
    return this.#db.run(sql, id, counter, at) === 1
  }

  remove(id: number): void {
    this.#db.run('DELETE FROM passkeys WHERE number = ?', id)
  }

  /** How many those were. */
  removeAll(account: string): number {
    return this.#db.run('DELETE FROM passkeys WHERE account = ?', account)
  }
}

function toPasskey(row: Row): Passkey {
  return {
    id: integer(row, 'number'),
    credential: text(row, 'credential'),
    account: text(row, 'account'),
    name: text(row, 'name'),
    publicKey: text(row, 'public_key'),
    counter: integer(row, 'counter'),
    createdAt: integer(row, 'created_at'),
    usedAt: integerOrNull(row, 'used_at'),
  }
}
