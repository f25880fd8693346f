import type { GateFacts, GateReport } from './gates.ts'

/** What the scheduler can decide about a deployment when it asks the gates. */
export type Decided =
  | 'waits for people'
  | 'queued'
  | 'held'
  | 'set aside'
  | 'asked again'
  | 'refused'
  | 'begins'
  | 'superseded'

/** One decision of the scheduler, with what every gate said and with everything they looked at. */
export interface SchedulerDecision {
  readonly at: number
  readonly decided: Decided
  readonly gates: readonly GateReport[]
  readonly inputs: Readonly<Record<string, unknown>>
}

/**
 * What the gates looked at, to be read later. The configuration is that of the release's commit, so it is left out; and so is
 * the time, which is the decision's own.
 */
export function inputsOf(facts: GateFacts): SchedulerDecision['inputs'] {
  const { now: _now, environment: _environment, deployment, live, ...known } = facts
  const { release, reason, by, state, wentWithoutTurn = false } = deployment
  return { release, reason, by, state: state.kind, wentWithoutTurn, live: live?.release ?? null, ...known }
}
