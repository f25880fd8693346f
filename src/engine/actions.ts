import { approvalActions } from './actions/approvals.ts'
import { consoleActions } from './actions/consoles.ts'
import { deploymentActions } from './actions/deployments.ts'
import { doorActions } from './actions/doors.ts'
import { freezeActions } from './actions/freezes.ts'
import { goingBackActions } from './actions/going-back.ts'
import { lockActions } from './actions/locks.ts'
import { migratingActions } from './actions/migrating.ts'
import { noticeActions } from './actions/notices.ts'
import { oneOffActions } from './actions/one-offs.ts'
import { projectActions } from './actions/projects.ts'
import { publishingActions } from './actions/publishing.ts'
import { retryingActions } from './actions/retrying.ts'
import { revertingActions } from './actions/reverting.ts'
import { runActions } from './actions/runs.ts'
import { safeguardActions } from './actions/safeguards.ts'
import { scalingActions } from './actions/scaling.ts'
import { scheduleActions } from './actions/schedules.ts'
import { variableActions } from './actions/variables.ts'
import { workOf } from './actions/work.ts'
import type { Intake } from './intake.ts'
import type { Parts } from './parts.ts'
import type { AfterCommit } from './transact.ts'

/**
 * What a person may ask for. Each call is one transaction: it is recorded whole, or refused with a Fault that says why. A
 * new group of actions is a file and a line here.
 */
export type Actions = ReturnType<typeof actionsOf>

export function actionsOf(parts: Parts, after: AfterCommit, intake: Intake) {
  const work = workOf(parts, after)
  return {
    ...projectActions(work, intake),
    ...deploymentActions(work),
    ...goingBackActions(work),
    ...retryingActions(work),
    ...revertingActions(work, intake),
    ...scalingActions(work),
    ...migratingActions(work),
    ...approvalActions(work),
    ...lockActions(work),
    ...freezeActions(work),
    ...safeguardActions(work),
    ...doorActions(work),
    ...variableActions(work),
    ...oneOffActions(work),
    ...consoleActions(work),
    ...scheduleActions(work),
    ...publishingActions(work),
    ...runActions(work),
    ...noticeActions(work),
  }
}
