import { type Deployment, isActive } from './deployment.ts'
import type { GateReport } from './gates.ts'
import { numberOf } from './queue.ts'
import type { PolicySpec } from './spec.ts'

/** A deployment with what its own configuration says. */
export interface Candidate {
  readonly deployment: Deployment
  readonly policies: Pick<PolicySpec, 'concurrency' | 'cancel'>
}

export interface Newer extends Candidate {
  readonly gates: readonly GateReport[]
}

export interface Displacement {
  readonly deployment: string
  readonly by: string
}

/**
 * Which deployments of a track give way to which newer one, by the newer one's policy `concurrency`:
 * `queue` = none; `latest` = those in the queue before one in the queue; `supersede` = those that wait for people too, and one
 * that rolls out where its own policy says `cancel: supersede`.
 *
 * Only a promotion displaces, and only promotions are displaced: a way back, a redeploy or a scaling was asked for by somebody
 * who means just that. Who waits for people displaces nobody but others who do: what people have said yes to does not end for
 * what nobody has said yes to. And who could not go itself displaces nobody.
 */
export function displacedBy(newer: Newer, open: readonly Candidate[]): readonly Displacement[] {
  const { deployment, policies, gates } = newer
  const { kind } = deployment.state
  if (!canDisplace(newer)) return []
  const inTheWay = deploymentsInTheWay(gates)
  if (inTheWay === null) return []
  const older = open.filter((each) => isOlderPromotion(each.deployment, deployment))
  const waiting = older.filter(({ deployment: { state } }) => mayDisplaceUnbegun(policies, kind, state.kind))
  const left = inTheWay.filter((id) => !waiting.some((each) => each.deployment.id === id))
  const rolling = older.filter(
    (each) => kind === 'queued' && mayDisplaceRolling(policies, each) && left.every((id) => id === each.deployment.id),
  )
  return [...waiting, ...rolling].map((each) => ({ deployment: each.deployment.id, by: deployment.id }))
}

/** Whether there is any that might give way to it. */
export function canDisplace({ deployment: { reason, state }, policies: { concurrency } }: Candidate): boolean {
  if (concurrency === 'queue' || reason !== 'promote') return false
  return state.kind === 'queued' || (state.kind === 'waiting' && concurrency === 'supersede')
}

/** The deployments it waits for, when these and people are all it waits for; null when something else is in its way. */
function deploymentsInTheWay(gates: readonly GateReport[]): readonly string[] | null {
  const behind: string[] = []
  for (const { holds, answer } of gates) {
    if (answer.open || holds === 'people') continue
    if (answer.behind === undefined || answer.behind.length === 0) return null
    behind.push(...answer.behind)
  }
  return behind
}

function isOlderPromotion(each: Deployment, newer: Deployment): boolean {
  return each.reason === 'promote' && numberOf(each) < numberOf(newer)
}

type Kind = Deployment['state']['kind']

function mayDisplaceUnbegun({ concurrency }: Candidate['policies'], newer: Kind, older: Kind): boolean {
  if (older === 'queued') return newer === 'queued'
  return older === 'waiting' && concurrency === 'supersede'
}

function mayDisplaceRolling({ concurrency }: Candidate['policies'], { deployment, policies }: Candidate): boolean {
  return concurrency === 'supersede' && policies.cancel === 'supersede' && isActive(deployment)
}
