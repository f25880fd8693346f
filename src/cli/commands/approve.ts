import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { PlanView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { kindOfId } from '../ids.ts'
import { approveOneOff } from '../one-off-approval.ts'
import { appOption, commentOption, duration } from '../options.ts'
import { askYes, canAsk } from '../prompt.ts'
import { afterSending } from '../sent.ts'
import type { Open, Session } from '../session.ts'
import { deploymentLine } from '../show/deployment.ts'
import { planLines } from '../show/plan.ts'
import { waitingDeployment } from '../waiting.ts'

export function approveCommand(open: Open) {
  return new Command('approve')
    .summary('say yes to the plan of a deployment that waits')
    .description(
      'Say yes to what a waiting deployment will do. The yes is for one plan, by its hash: if anything in the plan has ' +
        'moved, it is refused. Without --plan the plan is shown first, and a person at a terminal is asked.',
    )
    .argument('<deployment|environment>', 'the id of the deployment, or the environment in which one waits')
    .option('--plan <hash>', 'the plan that was looked at')
    .option('--yes', 'show the plan as it is now and say yes to it without asking')
    .addOption(appOption())
    .addOption(commentOption())
    .option('--wait', 'follow the deployment to its end')
    .option('--wait-timeout <duration>', 'how long to wait at most (default: 1h)', duration)
    .action(async (named, { plan, yes, app, comment, wait, waitTimeout = 3_600_000 }) => {
      const session = open()
      const client = await session.client()
      if (kindOfId(named) === 'oneOff')
        return approveOneOff(session, client, { oneOff: named, plan, isSure: yes === true, comment })
      const deployment = await waitingDeployment(session, client, { named, app, plan })
      const hash = plan ?? (await planToApprove(session, client, { deployment, isSure: yes === true }))
      if (hash === null) return session.output.note('Nothing was approved.')
      const params = { deployment }
      const approved = await client.call('deployments.approve', { params, body: { plan: hash, comment } })
      if (wait) return afterSending(session, [approved], { wait, waitTimeout })
      await session.output.show(approved, () => [deploymentLine(approved)])
    })
}

/** The hash of the plan that has just been shown; null when the person says no. */
async function planToApprove(
  session: Session,
  client: Client,
  { deployment, isSure }: { readonly deployment: string; readonly isSure: boolean },
): Promise<string | null> {
  const { world } = session
  const flag = '--plan HASH (`signalbox plan` prints it), or --yes'
  if (!isSure && !canAsk(world)) {
    throw new Fault('command.input_needed', { details: { what: 'A yes to the plan', flag } })
  }
  const plan = await client.call('deployments.plan', { params: { deployment } })
  showPlan(session, plan)
  return isSure || (await askYes(world, { text: `Approve ${deployment}?`, flag })) ? plan.hash : null
}

/** Beside the result: what is approved has to be seen with `--json` too. */
function showPlan({ output }: Session, plan: PlanView): void {
  for (const line of planLines(plan)) output.note(line)
}
