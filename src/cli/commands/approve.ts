import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { PlanView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { kindOfId } from '../ids.ts'
import { approveOneOff } from '../one-off-approval.ts'
import { appOption, commentOption, duration } from '../options.ts'
import { askYes, canAsk } from '../prompt.ts'
import { approveRun } from '../run-approval.ts'
import { afterSending } from '../sent.ts'
import type { Open, Session } from '../session.ts'
import { deploymentLine } from '../show/deployment.ts'
import { planLines } from '../show/plan.ts'
import { waitingDeployments } from '../waiting.ts'

export function approveCommand(open: Open) {
  return new Command('approve')
    .summary('say yes to the plans of deployments that wait')
    .description(
      'Say yes to what waiting deployments will do, one or many in one act: all of them or none. The yes is for one plan each, by its ' +
        'hash: if anything in the plan has moved, it is refused. Without --plan the plans are shown first, and a person at a ' +
        'terminal is asked.',
    )
    .argument(
      '[deployment|environment|one-off|run...]',
      'ids of deployments, environments in which one waits, or the id of one command, or of the run of one proposal',
    )
    .option('--all', 'everything that waits in the project')
    .option('--plan <hash>', 'the plan that was looked at, of one deployment')
    .option('--yes', 'show the plans as they are now and say yes to them without asking')
    .addOption(appOption())
    .addOption(commentOption())
    .option('--wait', 'follow the deployments, or the command, to their end')
    .option('--wait-timeout <duration>', 'how long to wait at most (default: 1h)', duration)
    .option('--commit <sha>', 'the commit that was looked at, of the run of one proposal')
    .action(async (named, { all = false, plan, yes, commit, app, comment, wait, waitTimeout = 3_600_000 }) => {
      const session = open()
      const client = await session.client()
      const [first = ''] = named
      const answer = { isSure: yes === true, comment }
      if (named.length === 1 && kindOfId(first) === 'oneOff')
        return approveOneOff(session, client, { ...answer, oneOff: first, lookedAt: plan, wait: wait === true })
      if (named.length === 1 && kindOfId(first) === 'run')
        return approveRun(session, client, { ...answer, run: first, lookedAt: commit })
      const problem = plan === undefined ? null : problemWithPlan(named, all)
      if (problem !== null) throw new Fault('command.invalid', { details: { problem, command: 'signalbox approve' } })
      const ids = await waitingDeployments(session, client, { named, all, app, plan })
      const plans = plan === undefined ? await plansToApprove(session, client, { ids, isSure: yes === true }) : [plan]
      if (plans === null) return session.output.note('Nothing was approved.')
      const approvals = ids.map((deployment, index) => ({ deployment, plan: plans[index] ?? '' }))
      const approved = await giveApprovals(client, approvals, comment)
      if (wait) return afterSending(session, approved, { wait, waitTimeout })
      const [only] = approved
      await session.output.show(named.length === 1 && !all ? only : approved, () => approved.map(deploymentLine))
    })
}

function problemWithPlan(named: readonly string[], all: boolean): string | null {
  return named.length === 1 && !all ? null : 'A hash is the plan of one deployment: name that one with --plan'
}

/** One by one they are refused in words of their own; several are all given or none. */
async function giveApprovals(
  client: Client,
  approvals: readonly { readonly deployment: string; readonly plan: string }[],
  comment: string | undefined,
) {
  const [first, ...others] = approvals
  if (first === undefined || others.length > 0)
    return await client.call('approvals.give', { body: { approvals: [...approvals], comment } })
  const { deployment, plan } = first
  return [await client.call('deployments.approve', { params: { deployment }, body: { plan, comment } })]
}

interface Asking {
  readonly ids: readonly string[]
  readonly isSure: boolean
}

/** The hashes of the plans that have just been shown; null when the person says no. */
async function plansToApprove(
  session: Session,
  client: Client,
  { ids, isSure }: Asking,
): Promise<readonly string[] | null> {
  const { world } = session
  const flag = '--plan HASH (`signalbox plan` prints it), or --yes'
  if (!isSure && !canAsk(world)) {
    throw new Fault('command.input_needed', { details: { what: 'A yes to the plan', flag } })
  }
  const plans = await Promise.all(ids.map((deployment) => client.call('deployments.plan', { params: { deployment } })))
  for (const plan of plans) showPlan(session, plan)
  const isYes = isSure || (await askYes(world, { text: `Approve ${ids.join(', ')}?`, flag }))
  return isYes ? plans.map(({ hash }) => hash) : null
}

/** Beside the result: what is approved has to be seen with `--json` too. */
function showPlan({ output }: Session, plan: PlanView): void {
  for (const line of planLines(plan)) output.note(line)
}
