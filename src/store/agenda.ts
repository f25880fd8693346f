import { type Database, integerOrNull } from './database.ts'

/** What becomes due by time alone, over all tables that hold such times. */
export class Agenda {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * When the next thing becomes due; null when nothing will. A command that is due already waits for its lane or a place,
   * and not for a time. A track's target is looked at every `lookEveryMs`.
   */
  next(at: number, lookEveryMs: number): number | null {
    const row = this.#db.get(
      `SELECT MIN(at) AS at FROM (
         SELECT MIN(due_at) AS at FROM outbox WHERE epoch IS NULL AND due_at > ?1
         UNION ALL SELECT MIN(deadline_at) FROM deployments WHERE deadline_at IS NOT NULL
         UNION ALL SELECT MIN(expires_at) FROM locks
         UNION ALL SELECT MIN(at) FROM looks
         UNION ALL SELECT MIN(at) FROM turns
         UNION ALL SELECT MIN(due_at) FROM timers
         UNION ALL SELECT MIN(expires_at) FROM runs WHERE expires_at IS NOT NULL
         UNION ALL SELECT MIN(expires_at) FROM one_offs WHERE expires_at IS NOT NULL
         UNION ALL SELECT MIN(due_at) FROM schedules WHERE due_at IS NOT NULL
         UNION ALL SELECT MIN(expires_at) FROM waivers
         UNION ALL SELECT MIN(checked_at) + ?2 FROM tracks)`,
      ...[at, lookEveryMs],
    )
    return row === null ? null : integerOrNull(row, 'at')
  }
}
