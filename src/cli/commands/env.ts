import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { VariableView } from '../../api/views.ts'
import { assignmentsIn } from '../assignments.ts'
import type { Open, Session } from '../session.ts'
import { ago } from '../show/time.ts'
import { dim, listing, type Text, yellow } from '../text.ts'

const environment = ['<environment>', 'the environment; `checks` is for checks and builds'] as const

export function envCommand(open: Open) {
  return new Command('env')
    .summary('variables and secrets of an environment')
    .description('Variables and secrets of an environment. Instances get a change with the next deployment.')
    .addCommand(list(open))
    .addCommand(set(open))
    .addCommand(unset(open))
}

function list(open: Open) {
  return new Command('list')
    .description('List what is set; of secrets the names only.')
    .argument(...environment)
    .action(async (name) => {
      const session = open()
      const { client, project, output, world } = session
      const api = await client()
      const params = { project: await project(), environment: name }
      const found = await api.call('variables.list', { params })
      const now = world.clock.now()
      const rows = found.variables.map((variable) => [
        ...[variable.name, valueText(variable), `${variable.version}`],
        ...[variable.by, ago(variable.at, now)],
      ])
      await output.show(found, () => [
        `${name}: version ${found.version}`,
        ...listing(['name', 'value', 'version', 'by', 'when'], rows),
      ])
      await noteWhenUnknown(session, api, params)
    })
}

function set(open: Open) {
  return new Command('set')
    .description(
      'Set variables, all under one new version. Other users of this machine can see what is typed here; a secret is ' +
        'better piped in: `signalbox env set production SECRET_KEY=- --secret < FILE`.',
    )
    .argument(...environment)
    .argument('[name=value...]', 'what to set; NAME=- takes the value from standard input')
    .option('--secret', 'keep the values encrypted, and never show them')
    .option('--from-file <file>', 'also set what this file of NAME=VALUE lines holds')
    .action(async (name, words, { secret, fromFile }) => {
      const session = open()
      const assignments = await assignmentsIn(session.world, { words, file: fromFile })
      await change(
        session,
        name,
        assignments.map((each) => ({ ...each, secret })),
      )
    })
}

function unset(open: Open) {
  return new Command('unset')
    .description('Take variables away, all under one new version.')
    .argument(...environment)
    .argument('<name...>', 'what to take away')
    .action(async (name, names) => {
      await change(
        open(),
        name,
        names.map((each) => ({ name: each, value: null })),
      )
    })
}

interface Change {
  readonly name: string
  readonly value: string | null
  readonly secret?: boolean | undefined
}

async function change(session: Session, environment: string, changes: readonly Change[]): Promise<void> {
  const { client, project, output } = session
  const api = await client()
  const params = { project: await project(), environment }
  const { version } = await api.call('variables.set', { params, body: { changes: [...changes] } })
  const names = changes.map(({ name }) => name)
  const verb = changes.every(({ value }) => value === null) ? 'unset' : 'set'
  await output.show({ environment, version, names }, () => [
    `${environment}: ${verb} ${names.join(', ')} (version ${version})`,
    ...(environment === 'checks'
      ? []
      : [dim(`Instances get it with the next deployment, such as \`signalbox redeploy ${environment}\`.`)]),
  ])
  await noteWhenUnknown(session, api, params)
}

/** Variables may be set before the commit that brings their environment; rather often the name is mistyped. */
async function noteWhenUnknown(
  { output }: Session,
  api: Client,
  { project, environment }: { readonly project: string; readonly environment: string },
): Promise<void> {
  const { environments } = await api.call('projects.show', { params: { project } })
  if (environments.length === 0 || environment === 'checks' || environments.includes(environment)) return
  output.note(yellow(`${project} has no environment ${environment} yet: it has ${environments.join(', ')}`))
}

function valueText({ value, secret }: VariableView): Text {
  return secret || value === null ? dim('(secret)') : value
}
