import type { GateReport } from '../domain/gates.ts'
import type { Decided, SchedulerDecision } from '../domain/scheduling.ts'
import { canonicalJson } from '../lib/canonical.ts'
import { type Database, integer, json, type Row, text } from './database.ts'

export class Decisions {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** A decision that is the same as the last one, for the same reasons, is not written again. */
  add({ project, id }: { readonly project: string; readonly id: string }, decision: SchedulerDecision): void {
    const { at, decided } = decision
    const gates = canonicalJson(decision.gates)
    const last = this.#db.get(
      'SELECT decided, gates FROM decisions WHERE deployment = ? ORDER BY number DESC LIMIT 1',
      id,
    )
    if (last !== null && text(last, 'decided') === decided && text(last, 'gates') === gates) return
    this.#db.run(
      'INSERT INTO decisions (project, deployment, at, decided, gates, inputs) VALUES (?, ?, ?, ?, ?, ?)',
      ...[project, id, at, decided, gates, canonicalJson(decision.inputs)],
    )
  }

  /** Oldest first. */
  of(deployment: string): readonly SchedulerDecision[] {
    return this.#db.all('SELECT * FROM decisions WHERE deployment = ? ORDER BY number', deployment).map(toDecision)
  }
}

function toDecision(row: Row): SchedulerDecision {
  return {
    at: integer(row, 'at'),
    decided: text(row, 'decided') as Decided,
    gates: json<readonly GateReport[]>(row, 'gates'),
    inputs: json<SchedulerDecision['inputs']>(row, 'inputs'),
  }
}
