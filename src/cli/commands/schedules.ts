import { Command } from '@commander-js/extra-typings'
import type { ScheduleView } from '../../api/views.ts'
import { moment } from '../../lib/time-text.ts'
import { appOption, environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'
import { oneOffStateText } from '../show/one-off.ts'
import { listing, type Text, yellow } from '../text.ts'

export function schedulesCommand(open: Open) {
  return new Command('schedules')
    .summary('commands that run by the clock')
    .description(
      'Look at the commands that run by the clock in an environment, as the release that is live there has them. ' +
        '`signalbox run ENVIRONMENT --name NAME` runs one now, `signalbox one-offs ENVIRONMENT --name NAME` lists its runs.',
    )
    .addCommand(list(open), { isDefault: true })
    .addCommand(pause(open))
    .addCommand(resume(open))
}

function list(open: Open) {
  return new Command('list')
    .description('List them: when each runs next, and how it ended last.')
    .addArgument(environmentArgument())
    .addOption(appOption())
    .action(async (environment, { app }) => {
      const { client, project, output } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const schedules = await api.call('schedules.list', { params, query: { app } })
      await output.show(schedules, () => listing(['schedule', 'when', 'next', 'last', ''], schedules.map(rowOf)))
    })
}

function pause(open: Open) {
  return new Command('pause')
    .description('Let its times go by without it.')
    .addArgument(environmentArgument())
    .argument('<schedule>', 'its name')
    .requiredOption('--reason <text>', 'why, for the record')
    .addOption(appOption())
    .action(async (environment, schedule, { app, reason }) => {
      const { client, project, output } = open()
      const api = await client()
      const params = { project: await project(), environment, schedule }
      const paused = await api.call('schedules.pause', { params, body: { app, reason } })
      await output.show(paused, () => [[yellow('Paused: '), `${schedule} in ${environment}`]])
    })
}

function resume(open: Open) {
  return new Command('resume')
    .description('Go on with the next of its times. What went by is not made good.')
    .addArgument(environmentArgument())
    .argument('<schedule>', 'its name')
    .addOption(appOption())
    .action(async (environment, schedule, { app }) => {
      const { client, project, output } = open()
      const api = await client()
      const params = { project: await project(), environment, schedule }
      const resumed = await api.call('schedules.resume', { params, body: { app } })
      await output.show(resumed, () => [`${schedule} in ${environment} runs next at ${nextOf(resumed)}`])
    })
}

function rowOf(schedule: ScheduleView): readonly Text[] {
  const { name, cron, timezone, paused, last } = schedule
  return [
    name,
    `${cron} ${timezone}`,
    paused === null ? nextOf(schedule) : yellow(`paused by ${paused.by}: ${paused.reason}`),
    last === null ? 'never' : `${last.id} ${moment(last.tick ?? last.createdAt)}`,
    last === null ? '' : oneOffStateText(last),
  ]
}

function nextOf({ nextAt }: ScheduleView): string {
  return nextAt === null ? 'never' : `${moment(nextAt)} UTC`
}
