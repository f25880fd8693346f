import { Command, Option } from '@commander-js/extra-typings'
import type { DeliveryView } from '../../api/views.ts'
import { ago, moment } from '../../lib/time-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { limitOption, wholeNumber } from '../options.ts'
import type { Open } from '../session.ts'
import { dim, green, listing, red, type Text, yellow } from '../text.ts'

export function noticesCommand(open: Open) {
  return new Command('notices')
    .summary('who was told of what, and whether it arrived')
    .description('What people were told, as `notify` in signalbox.yml says, and what became of it; newest first.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(channels(open))
    .addCommand(test(open))
    .addCommand(redeliver(open))
}

function list(open: Open) {
  return new Command('list')
    .description('List notices with their state and why the last try did not work.')
    .addOption(limitOption())
    .addOption(
      new Option('--state <state>', 'only these').choices(['waiting', 'sending', 'delivered', 'failed'] as const),
    )
    .action(async ({ limit, state }) => {
      const { client, project, output, world } = open()
      const params = { project: await project() }
      const found = await (await client()).call('notices.list', { params, query: { limit, state } })
      const now = world.clock.now()
      const rows = found.map((each) => [
        ...[each.id, ago(each.createdAt, now), each.event, each.subject, `${each.channel} ${each.to}`],
        ...[stateText(each), `${each.attempts}`, each.problem === null ? '' : dim(each.problem)],
      ])
      await output.show(found, () =>
        listing(['notice', 'when', 'of', 'about', 'to', 'state', 'tries', 'problem'], rows),
      )
    })
}

function channels(open: Open) {
  return new Command('channels').description('List who is told of what.').action(async () => {
    const { client, project, output } = open()
    const found = await (await client()).call('notices.recipients', { params: { project: await project() } })
    const rows = found.map(({ position, channel, to, events, environments }) => [
      ...[`${position}`, channel, to, environments.length === 0 ? 'everywhere' : environments.join(', ')],
      events.join(', '),
    ])
    await output.show(found, () => listing(['', 'channel', 'to', 'from', 'events'], rows))
  })
}

function test(open: Open) {
  return new Command('test')
    .description('Send a test message now. Exits with 1 when it did not arrive.')
    .argument(
      '<position>',
      'which one, as `signalbox notices channels` counts them',
      wholeNumber({ from: 1, to: 1_000 }),
    )
    .action(async (position) => {
      const { client, project, output, end } = open()
      const params = { project: await project() }
      const tried = await (await client()).call('notices.test', { params, body: { position } })
      const { channel, to, problem } = tried
      await output.show(tried, () => [
        problem === null
          ? [green('Arrived: '), `${channel} ${to}`]
          : [red('Did not arrive: '), `${channel} ${to}: ${problem}`],
      ])
      if (problem !== null) end(exitCodes.failed)
    })
}

function redeliver(open: Open) {
  return new Command('redeliver')
    .description('Send a notice again, under the id it had.')
    .argument('<notice>', 'as `signalbox notices` has it')
    .action(async (notice) => {
      const { client, output } = open()
      const again = await (await client()).call('notices.redeliver', { params: { notice } })
      await output.show(again, () => [`${again.id} is on its way to ${again.channel} ${again.to}`])
    })
}

function stateText({ state, nextAt }: DeliveryView): Text {
  if (state === 'delivered') return green(state)
  if (state === 'failed') return red(state)
  return yellow(nextAt === null ? state : `${state} until ${moment(nextAt)}`)
}
