import { Command } from '@commander-js/extra-typings'
import { appOption, environmentArgument, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'

export function rollbackCommand(open: Open) {
  return new Command('rollback')
    .summary('go back to an earlier release')
    .description(
      'Go back to the release that was live before, or to the version named. It is checked before anything moves.',
    )
    .addArgument(environmentArgument())
    .argument('[version]', 'the release to go back to')
    .addOption(appOption())
    .option('--reason <text>', 'why, for the record')
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, version, { app, reason, ...wait }) => {
      const session = open()
      const [client, project] = [await session.client(), await session.project()]
      const question = { params: { project, environment }, body: { app, version, comment: reason } }
      await afterSending(session, await client.call('rollback', question), wait)
    })
}
