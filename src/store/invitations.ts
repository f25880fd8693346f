import { type Database, integer, integerOrNull, text } from './database.ts'

/** A link with which a person sets a password, once. Stored by the hash of what the link holds. */
export interface Invitation {
  readonly account: string
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt: number
  readonly usedAt: number | null
}

export class Invitations {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Earlier links of the account are good for nothing from now on. */
  add({ account, createdAt, createdBy, expiresAt }: Omit<Invitation, 'usedAt'>, hash: string): void {
    this.#db.run('DELETE FROM invitations WHERE account = ? AND used_at IS NULL', account)
    this.#db.run(
      'INSERT INTO invitations (hash, account, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?)',
      ...[hash, account, createdAt, createdBy, expiresAt],
    )
  }

  byHash(hash: string): Invitation | null {
    const row = this.#db.get('SELECT * FROM invitations WHERE hash = ?', hash)
    if (row === null) return null
    return {
      account: text(row, 'account'),
      createdAt: integer(row, 'created_at'),
      createdBy: text(row, 'created_by'),
      expiresAt: integer(row, 'expires_at'),
      usedAt: integerOrNull(row, 'used_at'),
    }
  }

  /** Those that were good until then. */
  forget(before: number): void {
    this.#db.run('DELETE FROM invitations WHERE expires_at < ?', before)
  }

  use(hash: string, at: number): void {
    this.#db.run('UPDATE invitations SET used_at = ? WHERE hash = ?', at, hash)
  }
}
