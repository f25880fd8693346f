import type { Deployment } from '../domain/deployment.ts'
import type { Ended } from '../domain/insights.ts'
import { type Database, json } from './database.ts'

/** How deployments ended that had begun: of each only what is counted. */
export class Endings {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ id, project, track, release, replaces, reason, state, startedAt, finishedAt }: Deployment): void {
    if (state.kind !== 'finished' || startedAt === null) return
    this.#db.run(
      `INSERT OR REPLACE INTO endings (track, finished_at, number, project, reason, outcome, started_at, commit_sha,
         replaced_sha, rolled_back, stays_live) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[track, finishedAt, Number(id.slice(1)), project, reason, state.outcome, startedAt, release.commit],
      ...[replaces?.commit ?? null, Number(state.rolledBack), Number(state.staysLive ?? false)],
    )
  }

  /** In the order in which they ended; in one row, as they are many and parsing is the faster way. */
  since(track: string, at: number): readonly Ended[] {
    const row = this.#db.get(
      `SELECT json_group_array(json_array(number, reason, outcome, started_at, finished_at, commit_sha, replaced_sha,
         rolled_back, stays_live)) AS ended
       FROM endings WHERE track = ? AND finished_at >= ?`,
      ...[track, at],
    )
    const ended = row === null ? [] : json<readonly Told[]>(row, 'ended').map(toEnded)
    return ended.sort((one, other) => one.finishedAt - other.finishedAt || one.number - other.number)
  }
}

type Told = [number, Ended['reason'], Ended['outcome'], number, number, string, string | null, 0 | 1, 0 | 1]

function toEnded([number, reason, outcome, startedAt, finishedAt, commit, replaced, back, stays]: Told): Ended {
  const told = { number, reason, outcome, startedAt, finishedAt, commit, replaced }
  return { ...told, rolledBack: back === 1, staysLive: stays === 1 }
}
