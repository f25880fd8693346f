import type { Hold } from '../domain/gates/gate.ts'
import type { GateFacts, GateReport } from '../domain/gates.ts'
import { type Decided, inputsOf } from '../domain/scheduling.ts'
import type { Tx } from './tx.ts'

interface Noted {
  readonly facts: GateFacts
  readonly gates: readonly GateReport[]
  readonly decided: Decided
}

/** Stores what the scheduler has decided and what it knew, so that somebody can ask why later. */
export function noteDecision(tx: Tx, { facts, gates, decided }: Noted): void {
  tx.parts.store.decisions.add(facts.deployment, { at: tx.at, decided, gates, inputs: inputsOf(facts) })
}

/** What becomes of a deployment whose turn it would be, by how the first closed gate holds. */
export const decidedBy: Readonly<Record<Hold, Decided>> = {
  people: 'asked again',
  queue: 'held',
  aside: 'set aside',
  refuse: 'refused',
  refuse_at_once: 'refused',
}
