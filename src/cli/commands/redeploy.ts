import { Command } from '@commander-js/extra-typings'
import type { DeploymentView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { appOption, commentOption, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'

export function redeployCommand(open: Open) {
  return new Command('redeploy')
    .summary('replace every instance by a new one of the same release')
    .description(
      'Replace every instance by a new one of the release that is live in each environment, with the variables as they are now. ' +
        'Several go at the same time, each through its own protection.',
    )
    .argument('[environments...]', 'the environments')
    .option('--all', 'every environment where something is live')
    .addOption(appOption())
    .addOption(commentOption())
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (named, { all = false, app, comment, ...wait }) => {
      const session = open()
      if (all === named.length > 0) {
        const problem = all ? 'both environments and --all' : 'no environment is named, and not --all'
        throw new Fault('command.invalid', { details: { problem, command: 'signalbox redeploy' } })
      }
      const [client, project] = [await session.client(), await session.project()]
      const live = async () => {
        const tracks = await client.call('status', { params: { project }, query: {} })
        const running = tracks.filter(({ desired }) => desired !== null && desired.instances.length > 0)
        return [...new Set(running.map(({ environment }) => environment))]
      }
      const sent: DeploymentView[] = []
      for (const environment of all ? await live() : named) {
        sent.push(...(await client.call('redeploy', { params: { project, environment }, body: { app, comment } })))
      }
      await afterSending(session, sent, wait)
    })
}
