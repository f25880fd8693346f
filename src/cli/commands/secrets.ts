import { Command } from '@commander-js/extra-typings'
import { ago } from '../../lib/time-text.ts'
import { assignmentsIn } from '../assignments.ts'
import type { Open, Session } from '../session.ts'
import { listing } from '../text.ts'

/** Under this name the API keeps what belongs to a project and to no environment. */
const environment = 'checks'

export function secretsCommand(open: Open) {
  return new Command('secrets')
    .summary('secrets of a project')
    .description(
      'Secrets of a project, for checks, builds and notices that name them. Secrets of what runs in an environment are ' +
        'set with `signalbox env set ENVIRONMENT --secret`.',
    )
    .addCommand(list(open), { isDefault: true })
    .addCommand(set(open))
    .addCommand(unset(open))
}

function list(open: Open) {
  return new Command('list').description('List their names.').action(async () => {
    const { client, project, output, world } = open()
    const params = { project: await project(), environment }
    const { version, variables } = await (await client()).call('variables.list', { params })
    const secrets = variables.filter(({ secret }) => secret)
    const now = world.clock.now()
    const rows = secrets.map(({ name, version: since, by, at }) => [name, `${since}`, by, ago(at, now)])
    await output.show({ version, secrets }, () => listing(['name', 'version', 'by', 'when'], rows))
  })
}

function set(open: Open) {
  return new Command('set')
    .description(
      'Set secrets, all under one new version. Other users of this machine can see what is typed here; better is ' +
        '`signalbox secrets set NAME=- < FILE`.',
    )
    .argument('[name=value...]', 'what to set; NAME=- takes the value from standard input')
    .option('--from-file <file>', 'also set what this file of NAME=VALUE lines holds')
    .action(async (words, { fromFile }) => {
      const session = open()
      const assignments = await assignmentsIn(session.world, { words, file: fromFile })
      await change(
        session,
        assignments.map((each) => ({ ...each, secret: true })),
      )
    })
}

function unset(open: Open) {
  return new Command('unset')
    .description('Take secrets away, all under one new version.')
    .argument('<secret...>', 'what to take away')
    .action(async (names) => {
      await change(
        open(),
        names.map((name) => ({ name, value: null, secret: true })),
      )
    })
}

interface Change {
  readonly name: string
  readonly value: string | null
  readonly secret: boolean
}

async function change({ client, project, output }: Session, changes: readonly Change[]): Promise<void> {
  const params = { project: await project(), environment }
  const { version } = await (await client()).call('variables.set', { params, body: { changes: [...changes] } })
  const names = changes.map(({ name }) => name)
  const verb = changes.every(({ value }) => value === null) ? 'unset' : 'set'
  await output.show({ version, names }, () => [`${verb} ${names.join(', ')} (version ${version})`])
}
