import { Command } from '@commander-js/extra-typings'
import { ago } from '../../lib/time-text.ts'
import type { Open } from '../session.ts'
import { listing } from '../text.ts'

export function identitiesCommand(open: Open) {
  return new Command('identities')
    .summary('providers by which you sign in')
    .description(
      'Providers by which you sign in, and as whom they know you. They are linked in a browser, at /me/identities.',
    )
    .addCommand(list(open), { isDefault: true })
    .addCommand(unlink(open))
}

function list(open: Open) {
  return new Command('list').description('List them.').action(async () => {
    const { client, output, world } = open()
    const identities = await (await client()).call('identities.list')
    const now = world.clock.now()
    const rows = identities.map(({ id, provider, label, createdAt, usedAt }) => [
      ...[String(id), provider, label, ago(createdAt, now), usedAt === null ? 'never' : ago(usedAt, now)],
    ])
    await output.show(identities, () => listing(['identity', 'provider', 'as', 'linked', 'used'], rows))
  })
}

function unlink(open: Open) {
  return new Command('unlink')
    .description('Nobody signs in as you that way any more.')
    .argument('<identity>', 'its number, as `signalbox identities` has it')
    .action(async (identity) => {
      const { client, output } = open()
      const answer = await (await client()).call('identities.unlink', { params: { identity } })
      await output.show(answer, () => [`Unlinked: ${answer.unlinked}`])
    })
}
