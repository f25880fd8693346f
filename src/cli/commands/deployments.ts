import { Command } from '@commander-js/extra-typings'
import type { DeploymentDetailView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import { appOption, limitOption } from '../options.ts'
import type { Open } from '../session.ts'
import { afterwordLines, deploymentLine, stateText, verdictText } from '../show/deployment.ts'
import { deploymentEnergyLines } from '../show/energy.ts'
import { factLine } from '../show/fact.ts'
import { gateLines } from '../show/plan.ts'
import { trafficLines } from '../show/traffic.ts'
import { dim, listing, type Text } from '../text.ts'

export function deploymentsCommand(open: Open) {
  return new Command('deployments')
    .summary('what went where, and how')
    .description('Look at deployments: how each went, and what visitors noticed.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(show(open))
    .addCommand(traffic(open))
}

function list(open: Open) {
  return new Command('list')
    .description('List deployments, newest first.')
    .argument('[environment]', 'only those to this one')
    .addOption(appOption())
    .addOption(limitOption())
    .action(async (environment, { app, limit }) => {
      const { client, project, output, world } = open()
      const api = await client()
      const query = { project: await project(), environment, app, limit }
      const deployments = await api.call('deployments.list', { query })
      const now = world.clock.now()
      const rows = deployments.map((each) => [
        ...[each.id, `${each.environment}/${each.app}`, releaseText(each.release), each.reason, each.by],
        ...[ago(each.createdAt, now), stateText(each), each.verdict === null ? '' : verdictText(each.verdict)],
      ])
      await output.show(deployments, () =>
        listing(['deployment', 'where', 'release', 'reason', 'by', 'when', 'state', 'requests'], rows),
      )
    })
}

function show(open: Open) {
  return new Command('show')
    .description('Show one deployment with its gates, approvals, timeline and verdict.')
    .argument('<deployment>', 'its id: d42')
    .action(async (id) => {
      const { client, output } = open()
      const deployment = await (await client()).call('deployments.show', { params: { deployment: id } })
      await output.show(deployment, () => detailLines(deployment))
    })
}

function traffic(open: Open) {
  return new Command('traffic')
    .description('Tell what visitors got while a deployment moved, second by second and by release.')
    .argument('<deployment>', 'its id: d42')
    .action(async (id) => {
      const { client, output } = open()
      const slices = await (await client()).call('deployments.traffic', { params: { deployment: id } })
      await output.show(slices, () => trafficLines(slices))
    })
}

function detailLines(deployment: DeploymentDetailView): readonly Text[] {
  const { state, gates, approvals, timeline, carries, wentWithoutTurn } = deployment
  const isBefore = state === 'waiting' || state === 'queued'
  return [
    deploymentLine(deployment),
    ...afterwordLines(deployment),
    ...deploymentEnergyLines(deployment),
    ...(isBefore ? gateLines(gates) : []),
    ...(wentWithoutTurn ? [dim('  went without its turn: it had waited as long as it may')] : []),
    ...carries.map((each) => dim(`  carries ${each.deployment}, ${releaseText(each.release)} by ${each.by}`)),
    ...approvals.map(
      ({ by, plan, comment }) => `  approved by ${by}: plan ${plan}${comment === null ? '' : ` "${comment}"`}`,
    ),
    ...timeline.map((fact): Text => ['  ', factLine(fact)]),
    ...(timeline.length === 0 ? [dim('  nothing has happened yet')] : []),
  ]
}
