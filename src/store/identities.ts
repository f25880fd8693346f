import { type Database, integer, integerOrNull, type Row, text } from './database.ts'

/** A person as a provider knows them, linked to their account. */
export interface Identity {
  readonly id: number
  readonly provider: string
  /** The provider's own name for them, which it gives nobody else. */
  readonly subject: string
  readonly account: string
  /** What it called them when they were linked: for people to read, never to find anybody by. */
  readonly label: string
  readonly createdAt: number
  readonly usedAt: number | null
}

export class Identities {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ provider, subject, account, label, createdAt }: Omit<Identity, 'id' | 'usedAt'>): number {
    const sql = 'INSERT INTO identities (provider, subject, account, label, created_at) VALUES (?, ?, ?, ?, ?)'
    return this.#db.insert(sql, provider, subject, account, label, createdAt)
  }

  find({ provider, subject }: Pick<Identity, 'provider' | 'subject'>): Identity | null {
    const row = this.#db.get('SELECT * FROM identities WHERE provider = ? AND subject = ?', provider, subject)
    return row === null ? null : toIdentity(row)
  }

  of(account: string): readonly Identity[] {
    return this.#db.all('SELECT * FROM identities WHERE account = ? ORDER BY number', account).map(toIdentity)
  }

  used(id: number, at: number): void {
    this.#db.run('UPDATE identities SET used_at = ? WHERE number = ?', at, id)
  }

  remove(id: number): void {
    this.#db.run('DELETE FROM identities WHERE number = ?', id)
  }

  removeAll(account: string): void {
    this.#db.run('DELETE FROM identities WHERE account = ?', account)
  }
}

function toIdentity(row: Row): Identity {
  return {
    id: integer(row, 'number'),
    provider: text(row, 'provider'),
    subject: text(row, 'subject'),
    account: text(row, 'account'),
    label: text(row, 'label'),
    createdAt: integer(row, 'created_at'),
    usedAt: integerOrNull(row, 'used_at'),
  }
}
