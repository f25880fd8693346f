import { Command } from '@commander-js/extra-typings'
import { commentOption, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'

export function retryCommand(open: Open) {
  return new Command('retry')
    .summary('try a deployment again that did not succeed')
    .description(
      'Send the release of a deployment that did not succeed once more, through the same gates, in the name of whoever asked for it first.',
    )
    .argument('<deployment>', 'its id: d42')
    .addOption(commentOption())
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (deployment, { comment, ...wait }) => {
      const session = open()
      const client = await session.client()
      const made = await client.call('deployments.retry', { params: { deployment }, body: { comment } })
      await afterSending(session, [made], wait)
    })
}
