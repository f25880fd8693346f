import { Command } from '@commander-js/extra-typings'
import type { DoorView } from '../../api/views.ts'
import { ago } from '../../lib/time-text.ts'
import { newToken } from '../../system/random.ts'
import { readInput } from '../input.ts'
import { environmentArgument } from '../options.ts'
import { askSecret } from '../prompt.ts'
import type { Open } from '../session.ts'
import { listing, type Text, yellow } from '../text.ts'
import type { World } from '../world.ts'

export function accessCommand(open: Open) {
  return new Command('access')
    .summary('who may look at an environment')
    .description('Who may look at an environment: everybody, or with "access: basic_auth" whoever has a password.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(set(open))
    .addCommand(remove(open))
}

function list(open: Open) {
  return new Command('list')
    .description('Tell who may look, and list the names that have a password.')
    .addArgument(environmentArgument())
    .action(async (environment) => {
      const { client, project, output, world } = open()
      const api = await client()
      const door = await api.call('access.get', { params: { project: await project(), environment } })
      await output.show(door, () => [accessText(environment, door), ...userRows(door, world.clock.now())])
    })
}

function set(open: Open) {
  return new Command('set')
    .description(
      'Give a name a password, or another one. It is asked for, piped in, or made up; only a hash of it is kept.',
    )
    .addArgument(environmentArgument())
    .requiredOption('--user <name>', 'whose password it is')
    .option('--password-stdin', 'read the password from standard input')
    .option('--generate', 'make one up, and print it this once')
    .action(async (environment, { user, passwordStdin, generate }) => {
      const { client, project, output, world } = open()
      const made = generate ? newToken() : null
      const password = made ?? (await givenPassword(world, passwordStdin === true, user))
      const api = await client()
      const params = { project: await project(), environment, user }
      const door = await api.call('access.set', { params, body: { password } })
      if (door.access === 'public') output.note(`${environment} is open to everybody; "access: basic_auth" closes it.`)
      if (made !== null) output.note(`The password of ${user}; it is not shown again:`)
      const shown = made === null ? door : { ...door, password: made }
      await output.show(shown, () => [made ?? `${user} has a password for ${environment}`])
    })
}

function remove(open: Open) {
  return new Command('remove')
    .description('Take a name and its password away. Fine when there is none.')
    .addArgument(environmentArgument())
    .requiredOption('--user <name>', 'whose password it was')
    .action(async (environment, { user }) => {
      const { client, project, output } = open()
      const api = await client()
      const answer = await api.call('access.remove', { params: { project: await project(), environment, user } })
      const said = answer.removed ? `${user} may no longer look at ${environment}` : `${user} had no password here`
      await output.show(answer, () => [said])
    })
}

async function givenPassword(world: World, isPiped: boolean, user: string): Promise<string> {
  const flag = '--password-stdin or --generate'
  if (!isPiped) return await askSecret(world, { text: `Password of ${user}`, flag })
  const text = await readInput(world, { what: 'the password', flag, limitBytes: 1024 })
  return text.replace(/\r?\n$/, '')
}

function accessText(environment: string, { access, users }: DoorView): Text {
  if (access === 'public') return `${environment} is open to everybody`
  return users.length === 0
    ? yellow(`${environment} is closed, and nobody has a password`)
    : `${environment} is open to whoever has a password:`
}

function userRows({ access, users }: DoorView, now: number): readonly Text[] {
  if (users.length === 0) return []
  const note = access === 'public' ? ['These passwords are not asked for:'] : []
  const rows = users.map(({ name, by, at }) => [name, by, ago(at, now)])
  return [...note, ...listing(['user', 'set by', 'when'], rows)]
}
