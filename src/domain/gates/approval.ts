import type { Deployment } from '../deployment.ts'
import { type Demand, maySatisfy } from '../safeguards.ts'
import type { Gate, GateFacts } from './gate.ts'

/** As many different people as is demanded have said yes to the plan as it is now. */
export const approvalGate: Gate = {
  name: 'approval',
  holds: 'people',
  ask(facts: GateFacts) {
    if (facts.deployment.reason === 'scale') return { open: true, because: 'the release stays what people said yes to' }
    if (facts.demands.length === 0) return { open: true, because: 'no approval is asked for here' }
    if (facts.isLookedFor)
      return { open: false, because: 'it is looked for pending migrations', openedBy: 'the look when it is done' }
    const unmet = facts.demands.findLast((demand) => peopleFor(demand, facts).length < demand.approvals)
    if (unmet === undefined) {
      const people = new Set(facts.demands.flatMap((demand) => peopleFor(demand, facts)))
      return { open: true, because: `approved by ${[...people].join(', ')}` }
    }
    const because = [...given(unmet, facts), ...lost(facts), ...weakening(unmet)].join('; ')
    return { open: false, because, openedBy: openedBy(unmet, facts) }
  },
}

/** A plan, what people have said to it, and who had asked for it or pushed what it brings. */
export type Answers = Pick<GateFacts, 'approvals' | 'plan' | 'pushers'> & {
  readonly deployment: Pick<Deployment, 'by'>
}

/** Only a yes to this very plan counts, from somebody who may say it at this moment. */
function peopleFor(demand: Demand, { approvals, plan, deployment, pushers }: Answers): readonly string[] {
  const own = [deployment.by, ...pushers]
  const counted = approvals.filter(
    (each) => each.plan === plan && !each.revoked && maySatisfy(demand, { name: each.by, roles: each.roles }, own),
  )
  return [...new Set(counted.map(({ by }) => by))]
}

/** How many more people have to say yes, at the least; 0 when as many have as is demanded. */
export function missingYeses(demands: readonly Demand[], answers: Answers): number {
  return Math.max(0, ...demands.map((demand) => demand.approvals - peopleFor(demand, answers).length))
}

function given(demand: Demand, facts: GateFacts): readonly string[] {
  const people = peopleFor(demand, facts)
  if (people.length === 0) return ['nobody has approved this plan']
  return [`${people.length} of ${demand.approvals} have approved this plan`]
}

/** Who said yes to this very plan, and may not any more. */
function lost(facts: GateFacts): readonly string[] {
  const counted = facts.demands.flatMap((demand) => peopleFor(demand, facts))
  const others = facts.approvals.filter(({ by, plan }) => plan === facts.plan && !counted.includes(by))
  return others.map(
    ({ by, revoked }) =>
      `the yes of ${by} does not count any more: ${revoked ? 'their account or their role was taken away' : 'they may not approve'}`,
  )
}

function weakening({ weakened }: Demand): readonly string[] {
  return weakened.length === 0 ? [] : [`protection is weakened (${weakened.join(', ')}): those it had before are asked`]
}

function openedBy({ approvers, permitted }: Demand, { environment, deployment }: GateFacts): string {
  const named = approvers.length > 0 ? approvers : (permitted ?? [])
  const who = named.length === 0 ? 'anyone who may deploy' : named.join(' or ')
  if (deployment.id === '') return `${who}, once it is asked for: signalbox deploy ${environment.name}`
  return `${who}: signalbox approve ${deployment.id}`
}
