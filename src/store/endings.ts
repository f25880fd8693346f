import type { Deployment } from '../domain/deployment.ts'
import type { Ended } from '../domain/insights.ts'
import { type Database, integer, type Row, text, textOrNull } from './database.ts'

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

  /** In the order in which they ended. */
  since(track: string, at: number): readonly Ended[] {
    const rows = this.#db.all(
      `SELECT number, reason, outcome, started_at, finished_at, commit_sha, replaced_sha, rolled_back, stays_live
       FROM endings WHERE track = ? AND finished_at >= ? ORDER BY finished_at, number`,
      ...[track, at],
    )
    return rows.map(toEnded)
  }
}

function toEnded(row: Row): Ended {
  return {
    number: integer(row, 'number'),
    reason: text(row, 'reason') as Ended['reason'],
    outcome: text(row, 'outcome') as Ended['outcome'],
    startedAt: integer(row, 'started_at'),
    finishedAt: integer(row, 'finished_at'),
    commit: text(row, 'commit_sha'),
    replaced: textOrNull(row, 'replaced_sha'),
    rolledBack: row.rolled_back === 1,
    staysLive: row.stays_live === 1,
  }
}
