import { type Database, integer, integerOrNull, json, type Row, text } from './database.ts'

/** A token is stored by the hash of its value; the value itself is shown once. */
export interface Token {
  readonly name: string
  /** `contribute` = may propose changes, and nothing else that changes anything. */
  readonly scope: 'read' | 'contribute' | 'deploy' | 'admin'
  /** What the person is to the team: `role:NAME` in approvers and permissions means them. */
  readonly roles: readonly string[]
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
      'INSERT INTO tokens (name, hash, scope, roles, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[token.name, hash, token.scope, JSON.stringify(token.roles)],
      ...[token.createdAt, token.createdBy, token.expiresAt],
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

  setRoles(name: string, roles: readonly string[]): void {
    this.#db.run('UPDATE tokens SET roles = ? WHERE name = ?', JSON.stringify(roles), name)
  }

  revoke(name: string, at: number): boolean {
    return this.#db.run('UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL', at, name) === 1
  }
}

function toToken(row: Row): Token {
  return {
    name: text(row, 'name'),
    scope: text(row, 'scope') as Token['scope'],
    roles: json(row, 'roles'),
    createdAt: integer(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    expiresAt: integerOrNull(row, 'expires_at'),
    revokedAt: integerOrNull(row, 'revoked_at'),
  }
}
