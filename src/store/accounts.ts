import type { Grant } from '../domain/role.ts'
import { type Database, integer, integerOrNull, type Row, text, textOrNull } from './database.ts'

/** Somebody who acts, by name in every record: a person, or a service that acts by itself. */
export interface Account {
  readonly name: string
  readonly kind: 'person' | 'service'
  readonly email: string | null
  readonly createdAt: number
  readonly createdBy: string
  /** Null: in good standing. Whoever is disabled can do nothing, and what they said yes to counts no more. */
  readonly disabledAt: number | null
}

export interface Granted extends Grant {
  readonly grantedAt: number
  readonly grantedBy: string
}

export class Accounts {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ name, kind, email, createdAt, createdBy }: Omit<Account, 'disabledAt'>): void {
    this.#db.run(
      'INSERT INTO accounts (name, kind, email, created_at, created_by) VALUES (?, ?, ?, ?, ?)',
      ...[name, kind, email, createdAt, createdBy],
    )
  }

  get(name: string): Account | null {
    const row = this.#db.get('SELECT * FROM accounts WHERE name = ?', name)
    return row === null ? null : toAccount(row)
  }

  list(): readonly Account[] {
    return this.#db.all('SELECT * FROM accounts ORDER BY name').map(toAccount)
  }

  setDisabled(name: string, at: number | null): void {
    this.#db.run('UPDATE accounts SET disabled_at = ? WHERE name = ?', at, name)
  }

  /** As `system/passwords.ts` made it; null when there is none. */
  password(name: string): string | null {
    const row = this.#db.get('SELECT password FROM accounts WHERE name = ?', name)
    return row === null ? null : textOrNull(row, 'password')
  }

  setPassword(name: string, hashed: string | null): void {
    this.#db.run('UPDATE accounts SET password = ? WHERE name = ?', hashed, name)
  }

  grants(account: string): readonly Granted[] {
    return this.#db
      .all('SELECT * FROM grants WHERE account = ? ORDER BY project, environment, role', account)
      .map(toGranted)
  }

  grant(account: string, { role, project, environment, grantedAt, grantedBy }: Granted): void {
    this.#db.run(
      `INSERT OR IGNORE INTO grants (account, role, project, environment, granted_at, granted_by)
       VALUES (?, ?, ?, ?, ?, ?)`,
      ...[account, role, project ?? '', environment ?? '', grantedAt, grantedBy],
    )
  }

  /** Whether there was such a grant. */
  withdraw(account: string, { role, project, environment }: Grant): boolean {
    const sql = 'DELETE FROM grants WHERE account = ? AND role = ? AND project = ? AND environment = ?'
    return this.#db.run(sql, account, role, project ?? '', environment ?? '') === 1
  }

  withdrawIn(project: string): void {
    this.#db.run('DELETE FROM grants WHERE project = ?', project)
  }
}

function toAccount(row: Row): Account {
  return {
    name: text(row, 'name'),
    kind: text(row, 'kind') as Account['kind'],
    email: textOrNull(row, 'email'),
    createdAt: integer(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    disabledAt: integerOrNull(row, 'disabled_at'),
  }
}

function toGranted(row: Row): Granted {
  return {
    role: text(row, 'role'),
    project: text(row, 'project') || null,
    environment: text(row, 'environment') || null,
    grantedAt: integer(row, 'granted_at'),
    grantedBy: text(row, 'granted_by'),
  }
}
