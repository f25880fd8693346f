import { Argument, Command } from '@commander-js/extra-typings'
import {
  appOption,
  commentOption,
  count,
  environmentArgument,
  noWaitOption,
  waitLimitOption,
  waitOption,
} from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'

export function scaleCommand(open: Open) {
  return new Command('scale')
    .summary('change how many instances run')
    .description('Change how many instances of processes run. What runs stays, apart from what is too many.')
    .addArgument(environmentArgument())
    .addArgument(new Argument('<process=count...>', 'such as web=3 worker=1').argParser(count))
    .addOption(appOption())
    .addOption(commentOption())
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, counts, { app, comment, ...wait }) => {
      const session = open()
      const [client, project] = [await session.client(), await session.project()]
      const question = { params: { project, environment }, body: { app, counts, comment } }
      await afterSending(session, [await client.call('scale', question)], wait)
    })
}
