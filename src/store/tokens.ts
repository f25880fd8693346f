import { type Database, integer, integerOrNull, type Row, text } from './database.ts'

/** A token is stored by the hash of its value; the value itself is shown once. */
export interface Token {
  readonly name: string
  readonly scope: 'read' | 'deploy' | 'admin'
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt: number | null
  readonly revokedAt: number | null
}

export class Tokens {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(token: Token, hash: string): void {
    this.#db.run(
      'INSERT INTO tokens (name, hash, scope, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[token.name, hash, token.scope, token.createdAt, token.createdBy, token.expiresAt],
    )
  }

  /** The token with this hash, whatever its state. */
  byHash(hash: string): Token | null {
    const row = this.#db.get('SELECT * FROM tokens WHERE hash = ?', hash)
    return row === null ? null : toToken(row)
  }

  byName(name: string): Token | null {
    const row = this.#db.get('SELECT * FROM tokens WHERE name = ?', name)
    return row === null ? null : toToken(row)
  }

  list(): readonly Token[] {
    return this.#db.all('SELECT * FROM tokens ORDER BY number').map(toToken)
  }

  revoke(name: string, at: number): boolean {
    return this.#db.run('UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL', at, name) === 1
  }
}

function toToken(row: Row): Token {
  return {
    name: text(row, 'name'),
    scope: text(row, 'scope') as Token['scope'],
    createdAt: integer(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    expiresAt: integerOrNull(row, 'expires_at'),
    revokedAt: integerOrNull(row, 'revoked_at'),
  }
}
