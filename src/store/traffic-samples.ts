import type { TrafficSample } from '../domain/traffic-slices.ts'
import { type Database, integer, json } from './database.ts'

/** Of one deployment. */
export const mostSamples = 200

export interface SampledDeployment {
  readonly id: string
  readonly project: string
}

export class TrafficSamples {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** From now on; what was before is not of it. */
  begin({ id, project }: SampledDeployment, at: number): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM traffic_samples WHERE deployment = ?', numberOf(id))
      this.add({ id, project }, { at, byRelease: {} })
    })
  }

  add({ id, project }: SampledDeployment, { at, byRelease }: TrafficSample): void {
    this.#db.transaction(() => {
      this.#db.run(
        'INSERT OR REPLACE INTO traffic_samples (deployment, at, project, by_release) VALUES (?, ?, ?, ?)',
        ...[numberOf(id), at, project, JSON.stringify(byRelease)],
      )
      const row = this.#db.get('SELECT COUNT(*) AS count FROM traffic_samples WHERE deployment = ?', numberOf(id))
      if (row !== null && integer(row, 'count') > mostSamples) this.#thin(numberOf(id))
    })
  }

  /** In the order of time. */
  of(id: string): readonly TrafficSample[] {
    const sql = 'SELECT at, by_release FROM traffic_samples WHERE deployment = ? ORDER BY at'
    return this.#db
      .all(sql, numberOf(id))
      .map((row) => ({ at: integer(row, 'at'), byRelease: json(row, 'by_release') }))
  }

  /** No more than so many at a time; tells how many. */
  forget(before: number, limit: number): number {
    const sql = `DELETE FROM traffic_samples WHERE (deployment, at) IN (
      SELECT deployment, at FROM traffic_samples WHERE at < ? ORDER BY at LIMIT ?)`
    return this.#db.run(sql, before, limit)
  }

  /** The one goes whose neighbours are nearest to each other, so that the others stay about as far apart. */
  #thin(deployment: number): void {
    this.#db.run(
      `DELETE FROM traffic_samples WHERE deployment = ?1 AND at = (
         SELECT at FROM (
           SELECT at, LEAD(at) OVER (ORDER BY at) - LAG(at) OVER (ORDER BY at) AS gap
           FROM traffic_samples WHERE deployment = ?1)
         WHERE gap IS NOT NULL ORDER BY gap, at LIMIT 1)`,
      deployment,
    )
  }
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
