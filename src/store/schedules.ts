import type { Schedule } from '../domain/schedule.ts'
import { type Database, json, type Row } from './database.ts'

export class Schedules {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  get(track: string, name: string): Schedule | null {
    const row = this.#db.get('SELECT schedule FROM schedules WHERE track = ? AND name = ?', track, name)
    return row === null ? null : toSchedule(row)
  }

  list(track: string): readonly Schedule[] {
    return this.#db.all('SELECT schedule FROM schedules WHERE track = ? ORDER BY name', track).map(toSchedule)
  }

  /** Those whose time has come. */
  due(at: number): readonly Schedule[] {
    return this.#db
      .all('SELECT schedule FROM schedules WHERE due_at <= ? ORDER BY due_at, track, name', at)
      .map(toSchedule)
  }

  save(schedule: Schedule): void {
    const { track, name, dueAt, paused } = schedule
    this.#db.run(
      'INSERT OR REPLACE INTO schedules (track, name, due_at, schedule) VALUES (?, ?, ?, ?)',
      ...[track, name, paused === null ? dueAt : null, JSON.stringify(schedule)],
    )
  }

  remove(track: string, name: string): void {
    this.#db.run('DELETE FROM schedules WHERE track = ? AND name = ?', track, name)
  }
}

function toSchedule(row: Row): Schedule {
  return json<Schedule>(row, 'schedule')
}
