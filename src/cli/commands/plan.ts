import { Command } from '@commander-js/extra-typings'
import type { PlanView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { appOption, environmentArgument } from '../options.ts'
import { approveLine } from '../sent.ts'
import type { Open } from '../session.ts'
import { exitCodeOfPlans, hasChanges, planLines } from '../show/plan.ts'
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
    .option('--canonical', 'print the very text that is hashed, without a line end: pipe it into sha256sum')
    .action(async (environment, version, { app, canonical }) => {
      const { client, project, output, end } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const plans = await api.call('plan', { params, query: { app, version } })
      if (canonical) await output.document(onlyOne(plans, environment).canonical)
      else await output.show(plans, () => plans.flatMap(linesOf))
      end(exitCodeOfPlans(plans))
    })
}

/** Of several texts in a row nobody could tell where one ends. */
function onlyOne(plans: readonly PlanView[], environment: string): PlanView {
  const [first, ...others] = plans
  if (first !== undefined && others.length === 0) return first
  throw new Fault('app.ambiguous', {
    details: { name: environment, apps: plans.map(({ plan }) => plan.app).join(', ') },
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
