import type { OneOffRun } from '../domain/one-off.ts'
import { type Database, integer, json, type Row } from './database.ts'

export class OneOffs {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(oneOff: Omit<OneOffRun, 'id'>): OneOffRun {
    const number = this.#db.insert(
      'INSERT INTO one_offs (project, track, name, tick, state, created_at, expires_at, one_off) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[oneOff.project, oneOff.track, oneOff.name, oneOff.tick, oneOff.state, oneOff.createdAt],
      ...[oneOff.expiresAt, JSON.stringify(oneOff)],
    )
    return { ...oneOff, id: `o${number}` }
  }

  save(oneOff: OneOffRun): void {
    const sql = 'UPDATE one_offs SET state = ?, expires_at = ?, one_off = ? WHERE number = ?'
    this.#db.run(sql, oneOff.state, oneOff.expiresAt, JSON.stringify(oneOff), Number(oneOff.id.slice(1)))
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

  /** Of a track, newest first. */
  ofTrack(track: string, limit: number): readonly OneOffRun[] {
    return this.#db
      .all('SELECT number, one_off FROM one_offs WHERE track = ? ORDER BY number DESC LIMIT ?', track, limit)
      .map(toOneOff)
  }

  /** Of a track, oldest first: those that wait for people, and those that run or are to. */
  unfinished(track: string): readonly OneOffRun[] {
    return this.#db
      .all("SELECT number, one_off FROM one_offs WHERE track = ? AND state <> 'finished' ORDER BY number", track)
      .map(toOneOff)
  }

  /** Those that wait for people, oldest first, in these projects; null: in all. */
  waiting(projects: readonly string[] | null): readonly OneOffRun[] {
    const sql = `SELECT number, one_off FROM one_offs
      WHERE state = 'waiting' AND (?1 IS NULL OR project IN (SELECT value FROM json_each(?1))) ORDER BY number`
    return this.#db.all(sql, projects && JSON.stringify(projects)).map(toOneOff)
  }

  /** The one that a schedule started last. */
  lastOfSchedule(track: string, name: string): OneOffRun | null {
    const row = this.#db.get(
      'SELECT number, one_off FROM one_offs WHERE track = ? AND name = ? AND tick IS NOT NULL ORDER BY tick DESC LIMIT 1',
      ...[track, name],
    )
    return row === null ? null : toOneOff(row)
  }

  /** Those that have waited for people too long. */
  overdue(at: number): readonly string[] {
    return this.#db
      .all('SELECT number FROM one_offs WHERE expires_at <= ?', at)
      .map((row) => `o${integer(row, 'number')}`)
  }
}

function toOneOff(row: Row): OneOffRun {
  return { ...json<Omit<OneOffRun, 'id'>>(row, 'one_off'), id: `o${integer(row, 'number')}` }
}
