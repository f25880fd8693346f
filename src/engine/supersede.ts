import type { Deployment } from '../domain/deployment.ts'
import { type Candidate, displacedBy } from '../domain/superseding.ts'
import { Fault } from '../lib/fault.ts'
import { isOfStore } from '../store/database.ts'
import { applyDeployment } from './apply.ts'
import { contextOf } from './context.ts'
import { noteDecision } from './decisions.ts'
import { gateFacts } from './gate-facts.ts'
import type { Tx } from './tx.ts'

/** Ends what gives way to something newer on the track. Asking again changes nothing. */
export function supersedeOlder(tx: Tx, track: string): void {
  const { store, rules } = tx.parts
  const open = store.deployments.open(track)
  // Newest first: what displaces may be displaced itself only by something newer still.
  for (const newer of open.toReversed()) {
    if (newer.reason !== 'promote' || !mayDisplace(tx, newer)) continue
    const candidates = store.deployments.open(track).flatMap((each) => candidateOf(tx, each) ?? [])
    const mine = candidates.find(({ deployment }) => deployment.id === newer.id)
    if (mine === undefined) continue
    const facts = gateFacts(tx.parts, newer, tx.at)
    const gates = rules.askGates(facts)
    for (const { deployment, by } of displacedBy({ ...mine, gates }, candidates)) {
      const displaced = store.deployments.get(deployment)
      if (displaced !== null)
        noteDecision(tx, { facts: { ...facts, deployment: displaced }, gates, decided: 'superseded' })
      applyDeployment(tx, deployment, { type: 'superseded', by })
    }
  }
}

/** Asking every gate of everything takes a while where a queue is long, and nearly nobody may displace. */
function mayDisplace(tx: Tx, deployment: Deployment): boolean {
  const { kind } = deployment.state
  const isUnbegun = kind === 'queued' || kind === 'waiting'
  return isUnbegun && (policiesOf(tx, deployment)?.concurrency ?? 'queue') !== 'queue'
}

function candidateOf(tx: Tx, deployment: Deployment): Candidate | null {
  const policies = policiesOf(tx, deployment)
  return policies === null ? null : { deployment, policies }
}

/** Null when its configuration has no such environment any more: it is refused when its turn comes. */
function policiesOf(tx: Tx, deployment: Deployment) {
  try {
    return contextOf(tx.parts.store, deployment).environment.policies
  } catch (error) {
    if (!(error instanceof Fault) || isOfStore(error)) throw error
    return null
  }
}
