import type { OneOffDetailView, OneOffPlanView, OneOffView } from '../../api/views.ts'
import { showDuration } from '../../lib/duration.ts'
import { plural } from '../../lib/short-text.ts'
import { ago, brief } from '../../lib/time-text.ts'
import { bold, cyan, dim, green, red, type Text, yellow } from '../text.ts'
import type { Moment } from './moment.ts'
import { outcomeText } from './words.ts'

/** `o5  shop/shop/production  prune by the clock: succeeded in 4.1s` */
export function oneOffLine(oneOff: OneOffView): Text {
  const { id, track } = oneOff
  return [bold(id), `  ${track}  `, whatText(oneOff), ': ', oneOffStateText(oneOff)]
}

export function oneOffStateText({ state, outcome, reason, startedAt, finishedAt, instances }: OneOffView): Text {
  if (state === 'waiting') return yellow('waits for approval')
  if (state === 'started') return instances.length > 1 ? `runs on ${plural(instances.length, 'instance')}` : 'runs'
  const took = startedAt === null || finishedAt === null ? '' : ` in ${brief(finishedAt - startedAt)}`
  return [outcome === null ? 'ended' : outcomeText(outcome), took, reason === null ? '' : `: ${reason}`]
}

/** What would be run where, and what it takes. */
export function oneOffPlanLines(plan: OneOffPlanView): readonly Text[] {
  const { track, version, variables, command, name, instances, limitMs, destructive, approvals, hash } = plan
  const what = plan.console ? 'console' : 'command'
  const where = instances.length === 0 ? 'once, beside the instances' : `on ${instances.join(', ')}`
  return [
    [bold(track), `  ${version}, variables of version ${variables}`],
    [`  ${what}    `, ...(name === null ? [] : [bold(name), '  ']), dim(command.join(' '))],
    ['  where      ', where],
    ['  limit      ', showDuration(limitMs)],
    ...(destructive ? [['  ', red('destructive'), ' needs --destructive'] as const] : []),
    ...(approvals > 0 ? [['  approvals  ', `${approvals}, by the hash ${hash}`] as const] : []),
  ]
}

/** Who has said yes since the last look. */
export function yesLines(before: OneOffDetailView | null, { id, approvals }: OneOffDetailView): readonly Text[] {
  return approvals.slice(before?.approvals.length ?? 0).map(({ by }) => `${id} approved by ${by}`)
}

/** A command that waits for a yes, and below it who has given one. */
export function yesRows(oneOff: OneOffDetailView, { mark, now }: Moment): readonly Text[] {
  const { id, track, approvals, plan, createdAt } = oneOff
  const of = plan === null ? '' : dim(` (${approvals.length} of ${plan.approvals})`)
  return [
    [cyan(mark), ' ', bold(id), `  ${track}  `, whatText(oneOff), dim(`  ${brief(now - createdAt)}`)],
    ['  ', oneOffStateText(oneOff), of],
    ...approvals.map(({ by, at }) => ['  ', green('✓'), ` approved by ${by}`, dim(`  ${ago(at, now)}`)]),
  ]
}

function whatText({ name, command, tick, by, dryRun, console }: OneOffView): Text {
  const what = `${console ? 'console: ' : ''}${name ?? command.join(' ').slice(0, 60)}`
  return `${what}${dryRun ? ' (dry run)' : ''} by ${tick === null ? by : 'the clock'}`
}
