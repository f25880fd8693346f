import { Command } from '@commander-js/extra-typings'
import { Fault } from '../../lib/fault.ts'
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
    .option('--override-hold', 'let it come although what runs there has not gone on yet; needs a reason')
    .option('--override-freeze', 'let it go although the environment is frozen; needs a reason')
    .option('--reason <text>', 'why, for the record')
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, version, { app, comment, overrideHold, overrideFreeze, reason, ...wait }) => {
      const session = open()
      if ((overrideHold ?? overrideFreeze ?? false) !== (reason !== undefined)) throw withoutReason()
      const [client, project] = [await session.client(), await session.project()]
      const overrides = {
        ...(overrideHold && { overrideHold: reason }),
        ...(overrideFreeze && { overrideFreeze: reason }),
      }
      const question = { params: { project, environment }, body: { app, version, comment, ...overrides } }
      await afterSending(session, await client.call('deploy', question), wait)
    })
}

function withoutReason(): Fault {
  const problem = '--override-hold or --override-freeze, and --reason belong together'
  return new Fault('command.invalid', { details: { problem, command: 'signalbox deploy' } })
}
