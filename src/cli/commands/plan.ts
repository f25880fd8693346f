import { Command } from '@commander-js/extra-typings'
import type { PlanView } from '../../api/views.ts'
import { exitCodes } from '../exit-codes.ts'
import { appOption, environmentArgument } from '../options.ts'
import { approveLine } from '../sent.ts'
import type { Open } from '../session.ts'
import { hasChanges, isBlocked, planLines } from '../show/plan.ts'
import { dim, type Text } from '../text.ts'

export function planCommand(open: Open) {
  return new Command('plan')
    .summary('show what a deployment would do')
    .description(
      'Show what sending a release here would do: the version named, or the newest. Nothing is changed. ' +
        'Exits with 0 when nothing would change, 3 when something would, 4 when a gate or a lock is in the way.',
    )
    .addArgument(environmentArgument())
    .argument('[version]', 'the release, as `signalbox releases` lists it')
    .addOption(appOption())
    .action(async (environment, version, { app }) => {
      const { client, project, output, end } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const plans = await api.call('plan', { params, query: { app, version } })
      await output.show(plans, () => plans.flatMap(linesOf))
      end(exitCodeOf(plans))
    })
}

function linesOf(plan: PlanView): readonly Text[] {
  const { deployment } = plan
  const isAsked = deployment !== null && plan.gates.some(({ gate, open }) => gate === 'approval' && !open)
  return [
    ...planLines(plan),
    ...(hasChanges(plan) ? [] : [dim('  Nothing would change.')]),
    ...(isAsked ? [['  ', approveLine(deployment, plan)]] : []),
  ]
}

function exitCodeOf(plans: readonly PlanView[]): number {
  const changing = plans.filter(hasChanges)
  if (changing.some(isBlocked)) return exitCodes.blocked
  return changing.length > 0 ? exitCodes.changes : exitCodes.ok
}
