import type { Arrival } from '../domain/arrival.ts'
import type { Arrived } from '../domain/insights.ts'
import { type Database, integer, json } from './database.ts'

export class Arrivals {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** A commit arrives once: when it comes again, the first time stays. */
  add({ project, track, deployment }: Brought, { commit, acceptedAt, liveAt, reverts }: Arrival): void {
    this.#db.run(
      `INSERT OR IGNORE INTO arrivals (project, track, commit_sha, deployment, accepted_at, live_at, reverts)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[project, track, commit, numberOf(deployment), acceptedAt, liveAt, reverts],
    )
  }

  /** In one row: they are many, and parsing is the faster way. */
  since(track: string, at: number): readonly Arrived[] {
    const row = this.#db.get(
      `SELECT json_group_array(accepted_at) AS accepted, json_group_array(live_at) AS live
       FROM arrivals WHERE track = ? AND live_at >= ?`,
      ...[track, at],
    )
    if (row === null) return []
    const accepted = json<readonly number[]>(row, 'accepted')
    return json<readonly number[]>(row, 'live').map((liveAt, index) => ({
      acceptedAt: accepted[index] ?? liveAt,
      liveAt,
    }))
  }

  /**
   * By number of the deployment that brought a commit: when the first revert of one was live, if that was since then. Not of
   * what came with its revert.
   */
  revertsSince(track: string, at: number): ReadonlyMap<number, number> {
    const rows = this.#db.all(
      `SELECT bad.deployment, MIN(good.live_at) AS at FROM arrivals AS good
       JOIN arrivals AS bad ON bad.track = good.track AND bad.commit_sha = good.reverts
       WHERE good.track = ? AND good.live_at >= ? AND good.reverts IS NOT NULL AND bad.deployment <> good.deployment
       GROUP BY bad.deployment`,
      ...[track, at],
    )
    return new Map(rows.map((row) => [integer(row, 'deployment'), integer(row, 'at')]))
  }
}

export interface Brought {
  readonly project: string
  readonly track: string
  readonly deployment: string
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
