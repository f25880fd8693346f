import { type Database, integer, integerOrNull, type Row, text, textOrNull } from './database.ts'

/** An account's key for programs. It is stored by the hash of its value; the value itself is shown once. */
export interface Token {
  readonly name: string
  readonly account: string
  /** How far it reaches at most, whatever the account may. */
  readonly scope: 'read' | 'contribute' | 'deploy' | 'maintain' | 'admin'
  /** The one project it is for; null: all that the account may see. */
  readonly project: string | null
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  /** To the minute; null: never. */
  readonly usedAt: number | null
}

export class Tokens {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(token: Omit<Token, 'revokedAt' | 'usedAt'>, hash: string): void {
    this.#db.run(
      `INSERT INTO tokens (name, account, hash, scope, project, created_at, created_by, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[token.name, token.account, hash, token.scope, token.project],
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

  of(account: string): readonly Token[] {
    return this.#db.all('SELECT * FROM tokens WHERE account = ? ORDER BY number', account).map(toToken)
  }

  used(name: string, at: number): void {
    this.#db.run('UPDATE tokens SET used_at = ? WHERE name = ?', at, name)
  }

  /** Those for this project alone. */
  revokeIn(project: string, at: number): void {
    this.#db.run('UPDATE tokens SET revoked_at = ? WHERE project = ? AND revoked_at IS NULL', at, project)
  }

  revoke(name: string, at: number): boolean {
    return this.#db.run('UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL', at, name) === 1
  }
}

function toToken(row: Row): Token {
  return {
    name: text(row, 'name'),
    account: text(row, 'account'),
    scope: text(row, 'scope') as Token['scope'],
    project: textOrNull(row, 'project'),
    createdAt: integer(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    expiresAt: integerOrNull(row, 'expires_at'),
    revokedAt: integerOrNull(row, 'revoked_at'),
    usedAt: integerOrNull(row, 'used_at'),
  }
}
