import type { OneOffPlanView, OneOffView } from '../../api/views.ts'
import { showDuration } from '../../lib/duration.ts'
import { plural } from '../../lib/short-text.ts'
import { brief } from '../../lib/time-text.ts'
import { bold, dim, red, type Text, yellow } from '../text.ts'
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

function whatText({ name, command, tick, by, dryRun, console }: OneOffView): Text {
  const what = `${console ? 'console: ' : ''}${name ?? command.join(' ').slice(0, 60)}`
  return `${what}${dryRun ? ' (dry run)' : ''} by ${tick === null ? by : 'the clock'}`
}
