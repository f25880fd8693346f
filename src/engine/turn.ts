import { type Deployment, isActive } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { freezeGate } from '../domain/gates/freeze.ts'
import type { Approval } from '../domain/gates/gate.ts'
import type { GateAnswer, GateFacts, GateReport } from '../domain/gates.ts'
import { movedBetween } from '../domain/plan-moves.ts'
import { queueOf } from '../domain/queue.ts'
import { planMigration } from '../domain/rollout.ts'
import { Fault } from '../lib/fault.ts'
import { never } from '../lib/never.ts'
import { isOfStore } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { applyDeployment } from './apply.ts'
import { contextOf } from './context.ts'
import { currentPlan, rolloutInput } from './current-plan.ts'
import { decidedBy, noteDecision } from './decisions.ts'
import { Asking } from './gate-facts.ts'
import { lookUpRelation } from './relations.ts'
import { supersedeOlder } from './supersede.ts'
import { lookForPlans, putOffLooks } from './surveys.ts'
import type { Tx } from './tx.ts'

/**
 * Ends what something newer displaces. Then lets the first deployment of a track's queue go, when nothing moves there and every gate is open. What can never go
 * is refused, what people must look at again goes back to them, and the next one is asked.
 */
export function takeTurn(tx: Tx, track: string): void {
  const { store } = tx.parts
  supersedeOlder(tx, track)
  const open = store.deployments.open(track)
  if (open.some(isActive)) return
  lookForPlans(tx, track)
  const asking = new Asking(tx.parts, tx.at)
  for (const deployment of queueOf(open)) {
    const next = admit(tx, deployment, asking)
    if (next !== 'ask the next one') return
  }
}

function admit(tx: Tx, deployment: Deployment, asking: Asking): 'gone' | 'held' | 'ask the next one' {
  const { rules } = tx.parts
  lookUpRelation(tx, deployment)
  try {
    const facts = asking.factsOf(deployment)
    const gates = rules.askGates(facts)
    const closed = gates.find(({ answer }) => !answer.open)
    noteDecision(tx, { facts, gates, decided: closed === undefined ? 'begins' : decidedBy[closed.holds] })
    if (closed === undefined) {
      noteFreeze(tx, facts, gates)
      begin(tx, deployment)
      return 'gone'
    }
    return hold(tx, deployment, closed)
  } catch (error) {
    // A configuration that lost its app or environment: nothing to wait for. A full disk is: it is asked again.
    if (!(error instanceof Fault) || isOfStore(error)) throw error
    applyDeployment(tx, deployment.id, { type: 'refused', outcome: 'failed', reason: error.message })
    return 'ask the next one'
  }
}

/** What goes during a freeze goes on the record, with who or what let it. */
function noteFreeze(tx: Tx, { deployment, frozen }: GateFacts, gates: readonly GateReport[]): void {
  if (frozen === null) return
  const because = gates.find(({ gate }) => gate === freezeGate.name)?.answer.because
  const { project, id, track } = deployment
  tx.fact({ kind: 'deployment.during_freeze', project, subject: id, by: self, data: { track, ...frozen, because } })
}

function hold(tx: Tx, deployment: Deployment, { holds, answer }: GateReport): 'held' | 'ask the next one' {
  switch (holds) {
    case 'refuse_at_once':
    case 'refuse':
      applyDeployment(tx, deployment.id, { type: 'refused', outcome: 'failed', reason: answer.because })
      return 'ask the next one'
    case 'people':
      askPeopleAgain(tx, deployment, answer.because)
      return 'ask the next one'
    case 'aside':
      askAgainWhenOpen(tx, deployment, answer)
      return 'ask the next one'
    case 'queue':
      askAgainWhenOpen(tx, deployment, answer)
      return 'held'
    default:
      return never(holds)
  }
}

function askAgainWhenOpen(tx: Tx, { track }: Deployment, answer: GateAnswer): void {
  if (!answer.open && answer.until !== undefined) tx.parts.store.turns.set(track, answer.until)
}

/** What they said yes to is no longer what would happen, or the yes of one of them does not count any more. */
function askPeopleAgain(tx: Tx, deployment: Deployment, because: string): void {
  const { store } = tx.parts
  const context = contextOf(store, deployment)
  const { plan, hash } = currentPlan(store, deployment, context)
  const approved = deployment.state.kind === 'queued' ? deployment.state.approvedPlan : null
  const seen = approved === null ? null : store.deployments.plan(deployment.id, approved)
  store.deployments.savePlan(deployment.id, hash, plan)
  const between = seen === null ? ['it now needs approval'] : movedBetween(seen, plan)
  const moved = between.length === 0 ? [because] : between
  applyDeployment(tx, deployment.id, {
    type: 'approval_void',
    moved,
    expiresMs: context.environment.protection.expiresMs,
  })
}

function begin(tx: Tx, deployment: Deployment): void {
  const { store, rules } = tx.parts
  const context = contextOf(store, deployment)
  const { track, environment } = context
  const input = rolloutInput(store, deployment, context)
  const { variables } = input
  const rollout = deployment.reason === 'migrate' ? planMigration(input) : rules.planRollout(input)
  // A look at the target in between would only be in the way.
  tx.withdrawn.push(...store.outbox.withdraw(track.id))
  putOffLooks(tx, track.id)
  const limitMs = environment.policies.runTimeoutMs
  const approvals = approvalsOf(store, deployment)
  applyDeployment(tx, deployment.id, { type: 'turn', rollout, before: track.live, variables, limitMs, approvals })
}

/** Each yes to the plan that begins, and none to one that moved. */
function approvalsOf(store: Store, { id, state }: Deployment): readonly Approval[] {
  const approved = state.kind === 'queued' ? state.approvedPlan : null
  return store.deployments.approvals(id).filter(({ plan }) => plan === approved)
}
