import { Command, Option } from '@commander-js/extra-typings'
import { wholeNumber } from '../options.ts'
import { projectOrNone } from '../project.ts'
import type { Open } from '../session.ts'
import { insightsLines } from '../show/insights.ts'

export function insightsCommand(open: Open) {
  return new Command('insights')
    .summary('how often, how soon and how well changes come to production')
    .description(
      'Tell for production, or for the environment named, how often changes come there, how soon after their push, how many ' +
        'fail, and how long it takes until things are good again. Where no project is meant, of all of them.',
    )
    .option('--environment <name>', 'this one (otherwise those that are protected; where none is, the last)')
    .addOption(
      new Option('--days <count>', 'of how many days').argParser(wholeNumber({ from: 1, to: 366 })).default(30),
    )
    .action(async ({ environment, days }) => {
      const session = open()
      const project = (await projectOrNone(session)) ?? undefined
      const found = await (await session.client()).call('insights', { query: { project, environment, days } })
      await session.output.show(found, () => insightsLines(found))
    })
}
