import type { OneOffRun } from '../domain/one-off.ts'
import { type Database, integer, json, type Row } from './database.ts'

export class OneOffs {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(oneOff: Omit<OneOffRun, 'id'>): OneOffRun {
    const number = this.#db.insert(
      'INSERT INTO one_offs (project, track, state, created_at, one_off) VALUES (?, ?, ?, ?, ?)',
      ...[oneOff.project, oneOff.track, oneOff.state, oneOff.createdAt, JSON.stringify(oneOff)],
    )
    return { ...oneOff, id: `o${number}` }
  }

  save(oneOff: OneOffRun): void {
    const sql = 'UPDATE one_offs SET state = ?, one_off = ? WHERE number = ?'
    this.#db.run(sql, oneOff.state, JSON.stringify(oneOff), Number(oneOff.id.slice(1)))
  }

  get(id: string): OneOffRun | null {
    const row = /^o\d+$/.test(id)
      ? this.#db.get('SELECT number, one_off FROM one_offs WHERE number = ?', Number(id.slice(1)))
      : null
    return row === null ? null : toOneOff(row)
  }

  list(project: string, limit: number): readonly OneOffRun[] {
    return this.#db
      .all('SELECT number, one_off FROM one_offs WHERE project = ? ORDER BY number DESC LIMIT ?', project, limit)
      .map(toOneOff)
  }
}

function toOneOff(row: Row): OneOffRun {
  return { ...json<Omit<OneOffRun, 'id'>>(row, 'one_off'), id: `o${integer(row, 'number')}` }
}
