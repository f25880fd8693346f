import { Command } from '@commander-js/extra-typings'
import { appOption, commentOption, environmentArgument, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'

export function deployCommand(open: Open) {
  return new Command('deploy')
    .summary('send a release to an environment')
    .description('Send a release to an environment: the version named, or the newest. Follows it to its end.')
    .addArgument(environmentArgument())
    .argument('[version]', 'the release, as `signalbox releases` lists it')
    .addOption(appOption())
    .addOption(commentOption())
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, version, { app, comment, ...wait }) => {
      const session = open()
      const [client, project] = [await session.client(), await session.project()]
      const question = { params: { project, environment }, body: { app, version, comment } }
      await afterSending(session, await client.call('deploy', question), wait)
    })
}
