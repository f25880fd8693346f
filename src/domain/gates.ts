import { accessGate } from './gates/access.ts'
import { ancestryGate } from './gates/ancestry.ts'
import { approvalGate } from './gates/approval.ts'
import { checksGate } from './gates/checks.ts'
import { checksEndedGate } from './gates/checks-ended.ts'
import { contractGate } from './gates/contract.ts'
import { freezeGate } from './gates/freeze.ts'
import type { Gate, GateAnswer, GateFacts, Hold } from './gates/gate.ts'
import { holdGate } from './gates/hold.ts'
import { lockGate } from './gates/lock.ts'
import { needsGate } from './gates/needs.ts'
import { scopeGate } from './gates/scope.ts'
import { turnGate } from './gates/turn.ts'
import { variablesGate } from './gates/variables.ts'

/** Every gate, in the order in which a person is told about them. A new gate is a file and a line here. */
const gates: readonly Gate[] = [
  needsGate,
  ancestryGate,
  approvalGate,
  checksGate,
  checksEndedGate,
  variablesGate,
  contractGate,
  accessGate,
  lockGate,
  holdGate,
  freezeGate,
  turnGate,
  scopeGate,
]

export interface GateReport {
  readonly gate: string
  readonly holds: Hold
  readonly answer: GateAnswer
}

export function askGates(facts: GateFacts): readonly GateReport[] {
  return gates.map((gate) => {
    const answer = gate.ask(facts)
    return { gate: gate.name, holds: answer.open ? gate.holds : (answer.holds ?? gate.holds), answer }
  })
}

export type { GateAnswer, GateFacts } from './gates/gate.ts'
