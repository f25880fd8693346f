import type { Deployment } from '../domain/deployment.ts'
import type { GateFacts, GateReport } from '../domain/gates.ts'
import { type Candidate, canDisplace, type Displacement, displacedBy } from '../domain/superseding.ts'
import { Fault } from '../lib/fault.ts'
import { isOfStore } from '../store/database.ts'
import { applyDeployment } from './apply.ts'
import { contextOf } from './context.ts'
import { noteDecision } from './decisions.ts'
import { Asking } from './gate-facts.ts'
import type { Tx } from './tx.ts'

/** Ends what gives way to something newer on the track. Asking again changes nothing. */
export function supersedeOlder(tx: Tx, track: string): void {
  const { store, rules } = tx.parts
  const asking = new Asking(tx.parts, tx.at)
  let left = store.deployments.open(track).flatMap((each) => candidateOf(tx, each) ?? [])
  // Newest first: what displaces may be displaced itself only by something newer still.
  for (const newer of left.toReversed()) {
    // Asking every gate takes a while, and nearly nobody may displace.
    if (!canDisplace(newer) || !left.includes(newer)) continue
    const facts = asking.factsOf(newer.deployment)
    const gates = rules.askGates(facts)
    const displaced = displacedBy({ ...newer, gates }, left)
    for (const { deployment, by } of displaced) supersede(tx, { deployment, by, facts, gates })
    left = left.filter((each) => !displaced.some(({ deployment }) => deployment === each.deployment.id))
  }
}

interface Superseding extends Displacement {
  readonly facts: GateFacts
  readonly gates: readonly GateReport[]
}

function supersede(tx: Tx, { deployment, by, facts, gates }: Superseding): void {
  const displaced = tx.parts.store.deployments.get(deployment)
  if (displaced !== null) noteDecision(tx, { facts: { ...facts, deployment: displaced }, gates, decided: 'superseded' })
  applyDeployment(tx, deployment, { type: 'superseded', by })
}

/** Null when its configuration has no such environment any more: it is refused when its turn comes. */
function candidateOf(tx: Tx, deployment: Deployment): Candidate | null {
  try {
    return { deployment, policies: contextOf(tx.parts.store, deployment).environment.policies }
  } catch (error) {
    if (!(error instanceof Fault) || isOfStore(error)) throw error
    return null
  }
}
