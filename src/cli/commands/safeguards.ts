import { Command } from '@commander-js/extra-typings'
import type { SafeguardsView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { ago } from '../../lib/time-text.ts'
import { environmentArgument } from '../options.ts'
import { askYes } from '../prompt.ts'
import type { Open } from '../session.ts'
import { bold, dim, type Text, table } from '../text.ts'

export function safeguardsCommand(open: Open) {
  return new Command('safeguards')
    .summary('what guards the environments')
    .description(
      'What guards each environment at this moment: approvals, permissions, and what else may not be pushed away. A configuration that ' +
        'weakens it takes effect when a release with it has succeeded by the yes of those who had to be asked before.',
    )
    .addCommand(list(open), { isDefault: true })
    .addCommand(forget(open))
}

function list(open: Open) {
  return new Command('list')
    .description('Show what is in force.')
    .argument('[environment]', 'only this one')
    .action(async (environment) => {
      const { client, project, output, world } = open()
      const all = await (await client()).call('safeguards.list', { params: { project: await project() } })
      const found = all.filter((each) => environment === undefined || each.environment === environment)
      if (environment !== undefined && found.length === 0)
        throw new Fault('safeguards.none', { details: { environment } })
      await output.show(found, () =>
        found.length === 0
          ? ['Nothing was sent anywhere yet.']
          : found.flatMap((each) => lines(each, world.clock.now())),
      )
    })
}

function forget(open: Open) {
  return new Command('forget')
    .description(
      'Give up what guards an environment: what the next release says is in force then. For the day on which nobody is left who ' +
        'could approve a change. Needs an admin, and is recorded with the reason.',
    )
    .addArgument(environmentArgument())
    .requiredOption('--reason <text>', 'why, for the record')
    .option('--yes', 'do it without asking')
    .action(async (environment, { reason, yes }) => {
      const { client, project, output, world } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const isSure =
        yes === true || (await askYes(world, { text: `Give up what guards ${environment}?`, flag: '--yes' }))
      if (!isSure) return output.note('Nothing was changed.')
      const answer = await api.call('safeguards.forget', { params, body: { reason } })
      await output.show(answer, () => [`Forgotten: what guarded ${answer.forgotten}`])
    })
}

function lines(each: SafeguardsView, now: number): readonly Text[] {
  const named = (names: readonly string[]) => (names.length === 0 ? 'nobody' : names.join(', '))
  const by = each.deployment === null ? 'no deployment has succeeded yet' : `by ${each.deployment}`
  const approvers = each.approvers.length === 0 ? 'anyone who may deploy' : each.approvers.join(', ')
  const rows: readonly (readonly [string, string])[] = [
    ['approvals', each.approvals === 0 ? 'none' : `${each.approvals} of ${approvers}`],
    ...(each.approvals === 0 ? [] : [['self approval', each.selfApproval ? 'yes' : 'no'] as const]),
    ...(each.requireChecks.length === 0 ? [] : [['checks', each.requireChecks.join(', ')] as const]),
    ...(each.needs.length === 0 ? [] : [['needs', each.needs.join(', ')] as const]),
    ...Object.entries(each.permissions).map(([permission, who]) => [permission, named(who)] as const),
    ...(each.freezes.length === 0 ? [] : [['freezes', each.freezes.join(', ')] as const]),
    ['rollback', each.rollback],
    ['commands', each.oneOffProtection === 'none' ? 'need no approval' : 'as the environment'],
  ]
  return [
    [bold(each.environment), dim(` in force for ${ago(each.since, now).replace(/ ago$/, '')}, ${by}`)],
    ...table(rows.map(([what, text]) => [dim(what), text])).map((row): Text => ['  ', row]),
  ]
}
