import type { Deployment } from '../domain/deployment.ts'
import { queueOf } from '../domain/queue.ts'
import { Asking } from './gate-facts.ts'
import type { Parts } from './parts.ts'

/** A deployment in the queue: where it stands, who holds it up, and the first thing in its way. */
export interface QueuedStatus {
  readonly deployment: Deployment
  /** 1 goes next. What is before it on other tracks counts, where both need the same. */
  readonly place: number
  /** The deployment that moves where this one wants to. */
  readonly holder: string | null
  readonly because: string
  readonly openedBy: string | null
}

export function queueStatus(parts: Parts, open: readonly Deployment[]): readonly QueuedStatus[] {
  const asking = new Asking(parts, parts.time.now())
  return queueOf(open).map((deployment) => queuedStatus(parts, deployment, asking))
}

function queuedStatus({ rules }: Parts, deployment: Deployment, asking: Asking): QueuedStatus {
  const facts = asking.factsOf(deployment)
  const closed = rules.askGates(facts).find(({ answer }) => !answer.open)?.answer
  const moving = facts.elsewhere.filter(({ moves }) => moves).map((each) => each.deployment)
  const before = facts.elsewhere.filter(({ moves }) => !moves)
  return {
    deployment,
    place: facts.ahead.length + before.length + 1,
    holder: facts.active ?? moving[0] ?? null,
    because: closed?.because ?? 'it goes in a moment',
    openedBy: closed === undefined || closed.open ? null : closed.openedBy,
  }
}

/** What a deployment brings with it besides its own release: everything that gave way to it, and to that, oldest first. */
export function carriedBy({ store }: Pick<Parts, 'store'>, id: string): readonly Deployment[] {
  return store.deployments.supersededBy(id).flatMap((each) => [...carriedBy({ store }, each.id), each])
}
