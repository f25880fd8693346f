import { Command, Option } from '@commander-js/extra-typings'
import { assignmentsIn } from '../../assignments.ts'
import { waitLimitOption } from '../../options.ts'
import type { Open, Session } from '../../session.ts'
import { dim, type Text } from '../../text.ts'
import { applyVariables } from './apply.ts'
import { noteWhenUnknown, scopeArgument } from './common.ts'

const reasonOption = () => new Option('--reason <text>', 'why, for the history')

const applyOption = () =>
  new Option('--apply', 'give it to what runs right away: a rollout of the release that is live')

export function setCommand(open: Open) {
  return new Command('set')
    .description(
      'Set variables, all under one new version. Other users of this machine can see what is typed here; a secret is ' +
        'better piped in: `signalbox env set production SECRET_KEY=- --secret < FILE`.',
    )
    .addArgument(scopeArgument())
    .argument('[name=value...]', 'what to set; NAME=- takes the value from standard input')
    .option('--secret', 'keep the values encrypted, and never show them')
    .option('--from-file <file>', 'also set what this file of NAME=VALUE lines holds')
    .addOption(reasonOption())
    .addOption(applyOption())
    .addOption(waitLimitOption())
    .action(async (environment, words, { secret, fromFile, ...options }) => {
      const session = open()
      const assignments = await assignmentsIn(session.world, { words, file: fromFile })
      const changes = assignments.map((each) => ({ ...each, secret }))
      await change(session, { ...options, environment, changes })
    })
}

export function unsetCommand(open: Open) {
  return new Command('unset')
    .description('Take variables away, all under one new version.')
    .addArgument(scopeArgument())
    .argument('<variable...>', 'what to take away')
    .addOption(reasonOption())
    .addOption(applyOption())
    .addOption(waitLimitOption())
    .action(async (environment, names, options) => {
      await change(open(), { ...options, environment, changes: names.map((name) => ({ name, value: null })) })
    })
}

interface Change {
  readonly name: string
  readonly value: string | null
  readonly secret?: boolean | undefined
}

interface Changing {
  readonly environment: string
  readonly changes: readonly Change[]
  readonly apply?: true | undefined
  readonly reason?: string | undefined
  readonly waitTimeout: number
}

async function change(session: Session, { environment, changes, apply, reason, waitTimeout }: Changing): Promise<void> {
  const { client, project, output } = session
  const api = await client()
  const params = { project: await project(), environment }
  const { version } = await api.call('variables.set', { params, body: { changes: [...changes], reason } })
  const names = changes.map(({ name }) => name)
  const verb = changes.every(({ value }) => value === null) ? 'unset' : 'set'
  const done = `${environment}: ${verb} ${names.join(', ')} (version ${version})`
  if (apply === true) {
    await output.line(done)
    await applyVariables(session, { environment }, { waitTimeout })
  } else {
    await output.show({ environment, version, names }, () => [done, ...howToApply(environment)])
  }
  await noteWhenUnknown(session, api, params)
}

function howToApply(environment: string): readonly Text[] {
  if (environment === 'checks') return []
  return [dim(`What runs gets it with \`signalbox env apply ${environment}\`, or with the next deployment.`)]
}
