import { Command, Option } from '@commander-js/extra-typings'
import type { AccountView, GrantView, LinkView } from '../../api/views.ts'
import { ago, moment } from '../../lib/time-text.ts'
import type { Open } from '../session.ts'
import { bold, dim, green, listing, red, type Text, table } from '../text.ts'

export function accountsCommand(open: Open) {
  return new Command('accounts')
    .summary('people and services, and their roles')
    .description(
      'People and services, and their roles: viewer, contributor, deployer, maintainer, admin, each with what the ones before it may; ' +
        'everywhere or, with --project, in one project, or in one environment of it. Other names stand for a team’s own, for lists such as `approvers`.',
    )
    .addCommand(list(open), { isDefault: true })
    .addCommand(show(open))
    .addCommand(add(open))
    .addCommand(grant(open))
    .addCommand(withdraw(open))
    .addCommand(invite(open))
    .addCommand(disable(open))
    .addCommand(enable(open))
    .addCommand(signOut(open))
}

const role = new Option(
  '--role <role>',
  'viewer, contributor, deployer, maintainer, admin, or a name of the team’s own',
)
const environment = new Option('--environment <environment>', 'in this environment of the project only')

function list(open: Open) {
  return new Command('list')
    .description('List the accounts; with --project those with a role there, for those who administer it.')
    .action(async () => {
      const { client, output, world, options } = open()
      const api = await client()
      const { project } = options
      const accounts =
        project === undefined
          ? await api.call('accounts.list')
          : await api.call('accounts.here', { params: { project } })
      const now = world.clock.now()
      const rows = accounts.map((each) => [
        ...[each.name, each.kind, each.grants.map(grantText).join(', '), each.createdBy, ago(each.createdAt, now)],
        stateText(each, now),
      ])
      await output.show(accounts, () => listing(['account', 'kind', 'roles', 'made by', 'when', 'state'], rows))
    })
}

function show(open: Open) {
  return new Command('show')
    .description('Show an account and its roles.')
    .argument('<account>', 'its name')
    .action(async (name) => {
      const { client, output, world } = open()
      const account = await (await client()).call('accounts.show', { params: { account: name } })
      await output.show(account, () => accountText(account, world.clock.now()))
    })
}

function add(open: Open) {
  return new Command('add')
    .description('Make an account. For a person, the link with which they set a password is printed this once.')
    .argument('<name>', 'it stands in the record for what they do')
    .option('--service', 'for a program: nobody signs in as it', false)
    .option('--email <address>', 'for people who want to reach them')
    .addOption(role)
    .addOption(environment)
    .action(async (name, { service, email, role, environment }) => {
      const { client, output, options } = open()
      const kind = service ? ('service' as const) : ('person' as const)
      const grants = role === undefined ? [] : [{ role, project: options.project, environment }]
      const made = await (await client()).call('accounts.add', { body: { name, kind, email, grants } })
      if (made.link === null) return output.show(made, () => [`Added: ${name}`])
      output.note(`Give ${name} this link; it is not shown again, and is good once, ${until(made.link)}:`)
      await output.show(made, () => [made.link?.url ?? ''])
    })
}

function grant(open: Open) {
  return changingRoles(open, 'grant').description(
    'Give an account a role. It counts at once, for approvals given before too.',
  )
}

function withdraw(open: Open) {
  return changingRoles(open, 'withdraw').description('Take a role away again, named as it was given.')
}

/** In a project it is asked of the project, for those who administer no more than that. */
function changingRoles(open: Open, what: 'grant' | 'withdraw') {
  return new Command(what)
    .argument('<account>', 'its name')
    .argument('<role>', 'viewer, contributor, deployer, maintainer, admin, or a name of the team’s own')
    .addOption(environment)
    .action(async (account, role, { environment }) => {
      const { client, output, options } = open()
      const api = await client()
      const { project } = options
      const body = { role, environment }
      const changed =
        project === undefined
          ? await api.call(`accounts.${what}`, { params: { account }, body })
          : await api.call(`accounts.${what}.here`, { params: { project, account }, body })
      await output.show(changed, () => [rolesText(changed)])
    })
}

function invite(open: Open) {
  return new Command('invite')
    .description('Make a link with which a person sets a new password. Earlier links are good for nothing.')
    .argument('<account>', 'its name')
    .action(async (account) => {
      const { client, output } = open()
      const link = await (await client()).call('accounts.invite', { params: { account } })
      output.note(`Give ${account} this link; it is not shown again, and is good once, ${until(link)}:`)
      await output.show(link, () => [link.url])
    })
}

function disable(open: Open) {
  return standing(open, 'disable', ({ name }) => `Disabled: ${name}`).description(
    'From now on the account can do nothing; its sessions end, and its approvals do not count any more.',
  )
}

function enable(open: Open) {
  return standing(open, 'enable', rolesText).description('Put a disabled account back in good standing.')
}

function standing(open: Open, what: 'disable' | 'enable', told: (account: AccountView) => string) {
  return new Command(what).argument('<account>', 'its name').action(async (account) => {
    const { client, output } = open()
    const changed = await (await client()).call(`accounts.${what}`, { params: { account } })
    await output.show(changed, () => [told(changed)])
  })
}

function signOut(open: Open) {
  return new Command('sign-out')
    .description('End every session of an account.')
    .argument('<account>', 'its name')
    .action(async (account) => {
      const { client, output } = open()
      const answer = await (await client()).call('accounts.sign_out', { params: { account } })
      await output.show(answer, () => [`Ended: ${answer.ended} session${answer.ended === 1 ? '' : 's'}`])
    })
}

function accountText(account: AccountView, now: number): readonly Text[] {
  const { name, kind, email, createdBy, createdAt, grants } = account
  return [
    bold(name),
    ...table([
      [dim('kind'), kind],
      ...(email === null ? [] : [[dim('mail'), email]]),
      [dim('made'), `by ${createdBy}, ${ago(createdAt, now)}`],
      [dim('state'), stateText(account, now)],
      ...grants.map((each) => [dim('role'), `${grantText(each)}, by ${each.grantedBy}, ${ago(each.grantedAt, now)}`]),
    ]),
  ]
}

function rolesText({ name, grants }: AccountView): string {
  return `${name}: ${grants.length === 0 ? 'no role' : grants.map(grantText).join(', ')}`
}

function grantText({ role, project, environment }: GrantView): string {
  if (project === null) return role
  return environment === null ? `${role} in ${project}` : `${role} in ${project}/${environment}`
}

function stateText({ disabledAt }: AccountView, now: number): Text {
  return disabledAt === null ? green('good') : red(`disabled ${ago(disabledAt, now)}`)
}

function until({ expiresAt }: LinkView): string {
  return `until ${moment(expiresAt)} UTC`
}
