import { Command } from '@commander-js/extra-typings'
import { environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'

export function unlockCommand(open: Open) {
  return new Command('unlock')
    .summary('take the stop sign away')
    .description('Take the stop sign of an environment away. Fine when there is none.')
    .addArgument(environmentArgument())
    .action(async (environment) => {
      const { client, project, output } = open()
      const api = await client()
      const answer = await api.call('unlock', { params: { project: await project(), environment } })
      await output.show(answer, () => [answer.unlocked ? `Unlocked: ${environment}` : `${environment} was not locked`])
    })
}
