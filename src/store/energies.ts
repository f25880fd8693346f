import { type Energy, type LapKept, sumOf } from '../domain/energy.ts'
import type { Spent } from '../domain/energy-trend.ts'
import { type Database, json } from './database.ts'

/** Whose laps they are: a run's or a deployment's. */
export interface LapsOf {
  readonly subject: string
  readonly project: string
  readonly attempt: string
}

/** What work took. */
export class Energies {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Of one attempt; in place of what an attempt of this name had before. */
  keep({ subject, project, attempt }: LapsOf, laps: readonly LapKept[], at: number): void {
    this.#db.run('DELETE FROM laps WHERE subject = ? AND attempt = ?', subject, attempt)
    for (const [place, lap] of laps.entries()) {
      this.#db.run(
        'INSERT INTO laps (subject, attempt, place, project, at, lap) VALUES (?, ?, ?, ?, ?, ?)',
        ...[subject, attempt, place, project, at, JSON.stringify(lap)],
      )
    }
    const total = sumOf(this.laps(subject).map(({ energy }) => energy))
    if (total !== null) this.#saveTotal({ subject, at, energy: total }, project)
  }

  /** Attempt by attempt, in the order in which they ended. */
  laps(subject: string): readonly LapKept[] {
    return this.#db
      .all('SELECT lap FROM laps WHERE subject = ? ORDER BY at, attempt, place', subject)
      .map((row) => json<LapKept>(row, 'lap'))
  }

  total(subject: string): Energy | null {
    const row = this.#db.get(
      `SELECT json_object('joules', joules, 'low', low, 'high', high, 'gridGrams', grid_grams, 'madeGrams', made_grams,
         'basis', basis) AS energy
       FROM energies WHERE subject = ?`,
      subject,
    )
    return row === null ? null : json<Energy>(row, 'energy')
  }

  /** In the order in which they ended; in one row, as they are many and parsing is the faster way. */
  since(project: string, at: number): readonly Spent[] {
    const row = this.#db.get(
      `SELECT json_group_array(json_array(subject, at, joules, low, high, grid_grams, made_grams, basis)) AS spent
       FROM energies WHERE project = ? AND at >= ?`,
      ...[project, at],
    )
    return row === null ? [] : json<readonly Told[]>(row, 'spent').map(toSpent)
  }

  /** Laps that ended before; what they were in all stays. No more than so many at a time; tells how many. */
  forget(before: number, limit: number): number {
    const sql = `DELETE FROM laps WHERE (subject, attempt, place) IN (
      SELECT subject, attempt, place FROM laps WHERE at < ? ORDER BY at LIMIT ?)`
    return this.#db.run(sql, before, limit)
  }

  #saveTotal({ subject, at, energy }: Spent, project: string): void {
    const { joules, low, high, gridGrams, madeGrams, basis } = energy
    this.#db.run(
      `INSERT OR REPLACE INTO energies (project, at, subject, joules, low, high, grid_grams, made_grams, basis)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[project, at, subject, joules, low, high, gridGrams, madeGrams, basis],
    )
  }
}

type Told = [string, number, number, number, number, number, number, Energy['basis']]

function toSpent([subject, at, joules, low, high, gridGrams, madeGrams, basis]: Told): Spent {
  return { subject, at, energy: { joules, low, high, gridGrams, madeGrams, basis } }
}
