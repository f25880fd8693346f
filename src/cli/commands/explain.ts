import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { DecisionView, ExplanationView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { shortSha } from '../../lib/short-text.ts'
import { moment } from '../../lib/time-text.ts'
import { commitMeant } from '../commit.ts'
import type { Open } from '../session.ts'
import { gateLines } from '../show/plan.ts'
import { bold, cyan, green, red, type Text, table } from '../text.ts'

export function explainCommand(open: Open) {
  return new Command('explain')
    .summary('tell why a commit is, or is not, live')
    .description('Tell what became of a commit, and why it is, or is not, live in each environment.')
    .argument('<commit>', '7 or more digits, a branch or a tag, or HEAD for what is checked out here')
    .option('--env <environment>', 'only this environment')
    .option('--all', 'every gate, open or closed, with its evidence')
    .option('--decisions', 'what the scheduler decided about the newest deployment of it, and when')
    .action(async (named, { env, all, decisions }) => {
      const { client, project, output, world } = open()
      const api = await client()
      const commit = await commitMeant(world, named)
      const whole = await api.call('explain', { params: { project: await project(), commit } })
      const environments = whole.environments.filter(({ track }) => env === undefined || track.split('/')[2] === env)
      if (env !== undefined && environments.length === 0) throw unknownTo(whole, env)
      const explanation = { ...whole, environments }
      const decided = decisions === true ? await decisionsOn(api, explanation) : {}
      await output.show(decisions === true ? { ...explanation, decisions: decided } : explanation, () => [
        ...linesOf(explanation),
        ...(all === true ? environments.flatMap(gatesOf) : []),
        ...Object.entries(decided).flatMap(decisionsOf),
      ])
    })
}

function unknownTo({ commit, environments }: ExplanationView, env: string): Fault {
  const known = [...new Set(environments.map(({ track }) => track.split('/')[2] ?? ''))].join(', ')
  const problem = `${shortSha(commit)} knows no environment ${env}; there are: ${known || 'none'}`
  return new Fault('command.invalid', { details: { command: 'signalbox explain', problem } })
}

type Decisions = Readonly<Record<string, readonly DecisionView[]>>

/** By deployment. */
async function decisionsOn(api: Client, { environments }: ExplanationView): Promise<Decisions> {
  const ids = environments.flatMap(({ newest }) => newest ?? [])
  const found = ids.map(async (deployment) => {
    return [deployment, await api.call('deployments.decisions', { params: { deployment } })] as const
  })
  return Object.fromEntries(await Promise.all(found))
}

function gatesOf({ track, deployment, gates }: ExplanationView['environments'][number]): readonly Text[] {
  const [, app = '', environment = ''] = track.split('/')
  if (gates.length === 0) return []
  return [bold(`${environment}/${app}, ${deployment ?? 'as if it were asked for now'}`), ...gateLines(gates)]
}

function decisionsOf([deployment, decisions]: readonly [string, readonly DecisionView[]]): readonly Text[] {
  const rows = decisions.map(({ at, decided, gates }) => {
    const closed = gates.filter(({ open }) => !open).map(({ gate, because }) => `${gate}: ${because}`)
    return [`${moment(at)} UTC`, decided, closed.join('; ')]
  })
  return [bold(`decisions on ${deployment}`), ...table(rows).map((row): Text => ['  ', row])]
}

function linesOf({ commit, title, story, environments }: ExplanationView): readonly Text[] {
  const rows = environments.map(({ track, live, because, openedBy }): readonly Text[] => {
    const [, app = '', environment = ''] = track.split('/')
    const opener: Text = openedBy === null ? '' : ['; opened by ', cyan(openedBy)]
    return [`${environment}/${app}`, live ? green('live') : red('not live'), [because, opener]]
  })
  return [
    [bold(shortSha(commit)), ` "${title}"`],
    ...story.flatMap((sentence) => sentence.split('\n').map((line, index) => `${index === 0 ? '  ' : '    '}${line}`)),
    ...table(rows).map((row): Text => ['  ', row]),
  ]
}
