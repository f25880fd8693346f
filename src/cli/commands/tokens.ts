import { Command, Option } from '@commander-js/extra-typings'
import type { TokenView } from '../../api/views.ts'
import { ago, moment } from '../../lib/time-text.ts'
import { duration } from '../options.ts'
import type { Open } from '../session.ts'
import { green, listing, red, type Text } from '../text.ts'

export function tokensCommand(open: Open) {
  return new Command('tokens')
    .summary('keys for programs that talk to the server')
    .description('Keys for programs that talk to the server. A token is an account’s, and never good for more than it.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(create(open))
    .addCommand(revoke(open))
}

function list(open: Open) {
  return new Command('list').description('List the tokens.').action(async () => {
    const { client, output, world } = open()
    const tokens = await (await client()).call('tokens.list')
    const now = world.clock.now()
    const rows = tokens.map((token) => [
      ...[token.name, token.account, token.scope, token.project ?? 'all', ago(token.createdAt, now)],
      token.usedAt === null ? 'never' : ago(token.usedAt, now),
      token.expiresAt === null ? 'never' : `${moment(token.expiresAt)} UTC`,
      stateText(token, now),
    ])
    const head = ['token', 'account', 'may', 'projects', 'made', 'used', 'expires', 'state']
    await output.show(tokens, () => listing(head, rows))
  })
}

function create(open: Open) {
  return new Command('create')
    .description(
      'Make a token; with --project, one that is good in that project alone. Its value is printed this once, alone on standard output.',
    )
    .argument('<name>', 'what it is for, so that people know it again')
    .option('--account <account>', 'whose it is (otherwise your own): for admins')
    .addOption(
      new Option('--scope <scope>', 'how far it reaches at most, whatever the account may')
        .choices(['read', 'contribute', 'deploy', 'maintain', 'admin'] as const)
        .default('deploy' as const),
    )
    .option('--for <duration>', 'how long it is valid (otherwise until it is revoked)', duration)
    .action(async (name, { account, scope, for: forMs }) => {
      const { client, output, options } = open()
      const body = { name, account, scope, project: options.project, forMs }
      const made = await (await client()).call('tokens.create', { body })
      output.note(`${made.token.account} may ${made.token.scope} with this; keep it, it is not shown again:`)
      await output.show(made, () => [made.value])
    })
}

function revoke(open: Open) {
  return new Command('revoke')
    .description('Make a token worthless at once.')
    .argument('<token>', 'its name, as `signalbox tokens list` has it')
    .action(async (name) => {
      const { client, output } = open()
      const answer = await (await client()).call('tokens.revoke', { params: { token: name } })
      await output.show(answer, () => [`Revoked: ${answer.revoked}`])
    })
}

function stateText({ revokedAt, expiresAt }: TokenView, now: number): Text {
  if (revokedAt !== null) return red(`revoked ${ago(revokedAt, now)}`)
  return expiresAt !== null && expiresAt <= now ? red('expired') : green('valid')
}
