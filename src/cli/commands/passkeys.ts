import { Command } from '@commander-js/extra-typings'
import { ago } from '../../lib/time-text.ts'
import type { Open } from '../session.ts'
import { listing } from '../text.ts'

export function passkeysCommand(open: Open) {
  return new Command('passkeys')
    .summary('keys with which you sign in without a password')
    .description('Keys with which you sign in without a password. They are made in a browser, at /me.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(rename(open))
    .addCommand(remove(open))
}

function list(open: Open) {
  return new Command('list').description('List them.').action(async () => {
    const { client, output, world } = open()
    const passkeys = await (await client()).call('passkeys.list')
    const now = world.clock.now()
    const rows = passkeys.map(({ id, name, createdAt, usedAt }) => [
      ...[String(id), name, ago(createdAt, now), usedAt === null ? 'never' : ago(usedAt, now)],
    ])
    await output.show(passkeys, () => listing(['passkey', 'name', 'made', 'used'], rows))
  })
}

function rename(open: Open) {
  return new Command('rename')
    .description('Call one something else.')
    .argument('<passkey>', 'its number, as `signalbox passkeys` has it')
    .argument('<name>', 'such as the device it is on')
    .action(async (passkey, name) => {
      const { client, output } = open()
      const answer = await (await client()).call('passkeys.rename', { params: { passkey }, body: { name } })
      await output.show(answer, () => [`Passkey ${answer.id} is called ${answer.name}`])
    })
}

function remove(open: Open) {
  return new Command('remove')
    .description('Take one away: nobody signs in with it any more.')
    .argument('<passkey>', 'its number, as `signalbox passkeys` has it')
    .action(async (passkey) => {
      const { client, output } = open()
      const answer = await (await client()).call('passkeys.remove', { params: { passkey } })
      await output.show(answer, () => [`Removed: ${answer.removed}`])
    })
}
