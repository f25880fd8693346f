import { Command } from '@commander-js/extra-typings'
import { appOption, commentOption, environmentArgument, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'

export function redeployCommand(open: Open) {
  return new Command('redeploy')
    .summary('replace every instance by a new one of the same release')
    .description('Replace every instance by a new one of the release that is live, with the variables as they are now.')
    .addArgument(environmentArgument())
    .addOption(appOption())
    .addOption(commentOption())
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, { app, comment, ...wait }) => {
      const session = open()
      const [client, project] = [await session.client(), await session.project()]
      const question = { params: { project, environment }, body: { app, comment } }
      await afterSending(session, await client.call('redeploy', question), wait)
    })
}
