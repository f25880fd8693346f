import { Command, Option } from '@commander-js/extra-typings'
import type { TokenView } from '../../api/views.ts'
import { duration } from '../options.ts'
import type { Open } from '../session.ts'
import { ago, moment } from '../show/time.ts'
import { green, listing, red, type Text } from '../text.ts'

export function tokensCommand(open: Open) {
  return new Command('tokens')
    .summary('who may talk to the server')
    .description('Who may talk to the server, and how far.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(create(open))
    .addCommand(roles(open))
    .addCommand(revoke(open))
}

function list(open: Open) {
  return new Command('list').description('List the tokens.').action(async () => {
    const { client, output, world } = open()
    const tokens = await (await client()).call('tokens.list')
    const now = world.clock.now()
    const rows = tokens.map((token) => [
      ...[token.name, token.scope, token.roles.join(', '), token.createdBy, ago(token.createdAt, now)],
      token.expiresAt === null ? 'never' : `${moment(token.expiresAt)} UTC`,
      stateText(token, now),
    ])
    await output.show(tokens, () => listing(['token', 'may', 'roles', 'made by', 'when', 'expires', 'state'], rows))
  })
}

function create(open: Open) {
  return new Command('create')
    .description('Make a token. Its value is printed this once, alone on standard output.')
    .argument('<name>', 'the person or program; it stands in the record for what they do')
    .addOption(
      new Option('--scope <scope>', 'what it may')
        .choices(['read', 'contribute', 'deploy', 'admin'] as const)
        .default('deploy' as const),
    )
    .option('--role <role>', 'what the person is to the team, for approvers and permissions; may be repeated', collect)
    .option('--for <duration>', 'how long it is valid (otherwise until it is revoked)', duration)
    .action(async (name, { scope, role, for: forMs }) => {
      const { client, output } = open()
      const made = await (await client()).call('tokens.create', { body: { name, scope, roles: role, forMs } })
      output.note(`${made.token.name} may ${made.token.scope}; keep this, it is not shown again:`)
      await output.show(made, () => [made.value])
    })
}

function revoke(open: Open) {
  return new Command('revoke')
    .description('Make a token worthless at once.')
    .argument('<name>', 'as `signalbox tokens list` has it')
    .action(async (name) => {
      const { client, output } = open()
      const answer = await (await client()).call('tokens.revoke', { params: { token: name } })
      await output.show(answer, () => [`Revoked: ${answer.revoked}`])
    })
}

function roles(open: Open) {
  return new Command('roles')
    .description(
      'Give a token these roles instead of those it has; none are named: none. Approvals it gave are counted anew.',
    )
    .argument('<name>', 'the token')
    .argument('[roles...]', 'names such as maintainer, for `role:maintainer` in signalbox.yml')
    .action(async (name, given) => {
      const { client, output } = open()
      const token = await (await client()).call('tokens.roles', { params: { token: name }, body: { roles: given } })
      await output.show(token, () => [
        `${token.name}: ${token.roles.length === 0 ? 'no role' : token.roles.join(', ')}`,
      ])
    })
}

function collect(role: string, before: readonly string[] = []): string[] {
  return [...before, role]
}

function stateText({ revokedAt, expiresAt }: TokenView, now: number): Text {
  if (revokedAt !== null) return red(`revoked ${ago(revokedAt, now)}`)
  return expiresAt !== null && expiresAt <= now ? red('expired') : green('valid')
}
