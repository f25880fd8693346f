import type { DeploymentDetailView, DeploymentView, PlanView } from '../api/views.ts'
import { exitCodeOfDeployment, exitCodes, worstOf } from './exit-codes.ts'
import { followDeployments, needsPeople } from './follow.ts'
import type { Session } from './session.ts'
import { deploymentLine } from './show/deployment.ts'
import { gateLines, planLines } from './show/plan.ts'
import { cyan, type Text } from './text.ts'

export interface WaitOptions {
  readonly wait?: boolean | undefined
  readonly waitTimeout: number
}

/** Deployments have been asked for: follows them as the options say, and ends with how they ended. */
export async function afterSending(
  session: Session,
  deployments: readonly DeploymentView[],
  { wait, waitTimeout }: WaitOptions,
): Promise<void> {
  if (wait === false) return await showSent(session, deployments)
  const { output } = session
  const ended = await followDeployments(session, deployments, { limitMs: waitTimeout, evenForPeople: wait === true })
  for (const each of ended) if (needsPeople(each)) await showObstacle(session, each)
  if (output.json) await output.show(ended, () => [])
  session.end(worstOf(ended.map((each) => (needsPeople(each) ? exitCodes.blocked : exitCodeOfDeployment(each)))))
}

async function showSent({ output, end }: Session, deployments: readonly DeploymentView[]): Promise<void> {
  await output.show(deployments, () => deployments.map(deploymentLine))
  const refused = deployments.filter(({ state }) => state === 'finished')
  end(worstOf(refused.map(exitCodeOfDeployment)))
}

/** What is in the way, and the words that take it away. */
async function showObstacle(session: Session, deployment: DeploymentDetailView): Promise<void> {
  const { output } = session
  if (output.json) return
  if (deployment.state !== 'waiting') {
    for (const line of gateLines(deployment.gates)) await output.line(line)
    return
  }
  const client = await session.client()
  const plan = await client.call('deployments.plan', { params: { deployment: deployment.id } })
  for (const line of [...planLines(plan), approveLine(deployment.id, plan)]) await output.line(line)
}

export function approveLine(id: string, { hash }: Pick<PlanView, 'hash'>): Text {
  return ['Approve it with: ', cyan(`signalbox approve ${id} --plan ${hash}`)]
}
