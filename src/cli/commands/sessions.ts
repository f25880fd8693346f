import { Command } from '@commander-js/extra-typings'
import { ago } from '../../lib/time-text.ts'
import type { Open } from '../session.ts'
import { listing } from '../text.ts'

export function sessionsCommand(open: Open) {
  return new Command('sessions')
    .summary('the browsers in which you have signed in')
    .description('The browsers in which you have signed in.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(end(open))
}

function list(open: Open) {
  return new Command('list').description('List them.').action(async () => {
    const { client, output, world } = open()
    const sessions = await (await client()).call('sessions.list')
    const now = world.clock.now()
    const rows = sessions.map((each) => [
      ...[String(each.id), each.browser, each.address, ago(each.createdAt, now), ago(each.seenAt, now)],
    ])
    await output.show(sessions, () => listing(['session', 'browser', 'from', 'since', 'seen'], rows))
  })
}

function end(open: Open) {
  return new Command('end')
    .description('End one: whoever sits there has to sign in again.')
    .argument('<session>', 'its number, as `signalbox sessions` has it')
    .action(async (session) => {
      const { client, output } = open()
      const answer = await (await client()).call('sessions.end', { params: { session } })
      await output.show(answer, () => [`Ended: ${answer.ended}`])
    })
}
