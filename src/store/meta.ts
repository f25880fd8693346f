import { type Database, integer, type Row } from './database.ts'

/** Numbers that only rise. */
export class Meta {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  read(key: string): number {
    const row = this.#db.get('SELECT value FROM meta WHERE key = ?', key)
    return row === null ? 0 : integer(row, 'value')
  }

  /** Raises the number to at least `floor`, and by one when it is there already. */
  rise(key: string, floor: number): number {
    const row = this.#db.get(
      `INSERT INTO meta (key, value) VALUES (?1, MAX(?2, 1))
       ON CONFLICT (key) DO UPDATE SET value = MAX(value + 1, ?2) RETURNING value`,
      key,
      floor,
    )
    return integer(row as Row, 'value')
  }
}
