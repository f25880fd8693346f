import type { AcceptedEvent } from '../domain/event.ts'
import { type Database, integer, type Row, text, textOrNull } from './database.ts'

export class Events {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(event: Omit<AcceptedEvent, 'id'>): string {
    const { project, ref, before, after, source, by, at, run, because } = event
    const number = this.#db.insert(
      'INSERT INTO events (project, ref, before, after, source, actor, at, run, because) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[project, ref, before, after, source, by, at, run, because],
    )
    return `e${number}`
  }

  setRun(id: string, run: string): void {
    this.#db.run('UPDATE events SET run = ? WHERE number = ?', run, Number(id.slice(1)))
  }

  list(project: string, limit: number): readonly AcceptedEvent[] {
    return this.#db
      .all('SELECT * FROM events WHERE project = ? ORDER BY number DESC LIMIT ?', project, limit)
      .map(toEvent)
  }

  ofCommit(project: string, sha: string): readonly AcceptedEvent[] {
    return this.#db
      .all('SELECT * FROM events WHERE project = ? AND after = ? ORDER BY number', project, sha)
      .map(toEvent)
  }

  /** When each of these commits was first the newest of a push. */
  firstTimes(project: string, shas: readonly string[]): ReadonlyMap<string, number> {
    const rows = this.#db.all(
      `SELECT after, MIN(at) AS at FROM events
       WHERE project = ? AND after IN (SELECT value FROM json_each(?)) GROUP BY after`,
      ...[project, JSON.stringify(shas)],
    )
    return new Map(rows.map((row) => [text(row, 'after'), integer(row, 'at')]))
  }
}

function toEvent(row: Row): AcceptedEvent {
  return {
    id: `e${integer(row, 'number')}`,
    project: text(row, 'project'),
    ref: text(row, 'ref'),
    before: textOrNull(row, 'before'),
    after: textOrNull(row, 'after'),
    source: text(row, 'source') as AcceptedEvent['source'],
    by: text(row, 'actor'),
    at: integer(row, 'at'),
    run: textOrNull(row, 'run'),
    because: text(row, 'because'),
  }
}
