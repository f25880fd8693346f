import { Command } from '@commander-js/extra-typings'
import { appOption, commentOption, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'

export function promoteCommand(open: Open) {
  return new Command('promote')
    .summary('send what is live in one environment to another')
    .description('Send what is live in one environment to another: the same archive, nothing is built.')
    .argument('<from>', 'the environment in which it is live')
    .argument('<to>', 'the environment it goes to')
    .addOption(appOption())
    .addOption(commentOption())
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, to, { app, comment, ...wait }) => {
      const session = open()
      const [client, project] = [await session.client(), await session.project()]
      const question = { params: { project, environment }, body: { app, to, comment } }
      await afterSending(session, await client.call('promote', question), wait)
    })
}
