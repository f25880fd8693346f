import { isAmong } from '../permission.ts'
import type { Gate, GateFacts } from './gate.ts'

/** As many different people as the protection demands have said yes to the plan as it is now. */
export const approvalGate: Gate = {
  name: 'approval',
  holds: 'people',
  ask(facts: GateFacts) {
    const { approvals: wanted } = facts.environment.protection
    if (facts.deployment.reason === 'scale') return { open: true, because: 'the release stays what people said yes to' }
    if (wanted === 0) return { open: true, because: 'no approval is asked for here' }
    const people = [...new Set(countedApprovals(facts).map(({ by }) => by))]
    if (people.length >= wanted) return { open: true, because: `approved by ${people.join(', ')}` }
    const given =
      people.length === 0 ? 'nobody has approved this plan' : `${people.length} of ${wanted} have approved this plan`
    return { open: false, because: given, openedBy: approvers(facts) }
  },
}

/** Only a yes to this very plan counts, from somebody who may say it. */
function countedApprovals(facts: Pick<GateFacts, 'approvals' | 'plan' | 'environment' | 'deployment'>) {
  const { approvers: allowed, selfApproval } = facts.environment.protection
  return facts.approvals.filter(
    ({ by, plan, roles, revoked }) =>
      plan === facts.plan &&
      !revoked &&
      (allowed.length === 0 || isAmong({ name: by, roles }, allowed)) &&
      (selfApproval || by !== facts.deployment.by),
  )
}

function approvers({ environment, deployment }: GateFacts): string {
  const { approvers: allowed } = environment.protection
  const who = allowed.length === 0 ? 'anyone who may deploy' : allowed.join(' or ')
  return `${who}: signalbox approve ${deployment.id === '' ? environment.name : deployment.id}`
}
