import { Command } from '@commander-js/extra-typings'
import { ago, moment } from '../../lib/time-text.ts'
import { appOption, environmentArgument, limitOption } from '../options.ts'
import type { Open } from '../session.ts'
import { oneOffStateText } from '../show/one-off.ts'
import { listing } from '../text.ts'

export function oneOffsCommand(open: Open) {
  return new Command('one-offs')
    .summary('commands that were run, by people and by schedules')
    .description('List what was run in an environment by people and by schedules, newest first.')
    .addArgument(environmentArgument())
    .option('--name <name>', 'only those of this name')
    .addOption(appOption())
    .addOption(limitOption())
    .action(async (environment, { app, name, limit }) => {
      const { client, project, output, world } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const oneOffs = await api.call('one-offs.list', { params, query: { app, name, limit } })
      const now = world.clock.now()
      const rows = oneOffs.map((each) => [
        ...[each.id, each.name ?? each.command.join(' ').slice(0, 60)],
        ...[each.tick === null ? each.by : `the clock, ${moment(each.tick)}`, ago(each.createdAt, now)],
        oneOffStateText(each),
      ])
      await output.show(oneOffs, () => listing(['id', 'command', 'by', 'when', 'state'], rows))
    })
}
