import type { Timer } from '../domain/timer.ts'
import { type Database, integer, type Row, text, textOrNull } from './database.ts'

/** A timer and its next tick, or the one that has not been done yet. */
export type StoredTimer = Timer & { readonly project: string; readonly dueAt: number }

export class Timers {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  list(project: string): readonly StoredTimer[] {
    const sql = 'SELECT * FROM timers WHERE project = ? ORDER BY environment, branch, cron, timezone'
    return this.#db.all(sql, project).map(toTimer)
  }

  due(at: number): readonly StoredTimer[] {
    const sql = 'SELECT * FROM timers WHERE due_at <= ? ORDER BY due_at, project, environment, branch, cron, timezone'
    return this.#db.all(sql, at).map(toTimer)
  }

  set(timer: StoredTimer): void {
    const sql =
      'INSERT OR REPLACE INTO timers (project, environment, branch, cron, timezone, due_at) VALUES (?, ?, ?, ?, ?, ?)'
    this.#db.run(sql, ...keyOf(timer), timer.dueAt)
  }

  remove(timer: StoredTimer): void {
    const sql = 'DELETE FROM timers WHERE project = ? AND environment = ? AND branch = ? AND cron = ? AND timezone = ?'
    this.#db.run(sql, ...keyOf(timer))
  }
}

function keyOf({ project, environment, branch, cron, timezone }: StoredTimer) {
  return [project, environment ?? '', branch ?? '', cron, timezone] as const
}

function toTimer(row: Row): StoredTimer {
  const named = (column: string) => textOrNull(row, column) || null
  return {
    project: text(row, 'project'),
    environment: named('environment'),
    branch: named('branch'),
    cron: text(row, 'cron'),
    timezone: text(row, 'timezone'),
    dueAt: integer(row, 'due_at'),
  }
}
