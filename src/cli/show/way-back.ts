import type { RollbackPlanView, WayBackView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import { green, red, type Text, yellow } from '../text.ts'
import { planLines } from './plan.ts'

export function wayBackCells(way: WayBackView, now: number) {
  const { track, release, title, lastBy, lastAt, obstacles } = way
  return [
    ...[track, releaseText(release), `${lastBy}, ${ago(lastAt, now)}`],
    obstacles.length === 0 ? green('yes') : red('no'),
    reasonsText(way),
    title,
  ]
}

/** Why not, and what to know before. */
export function reasonsText({ obstacles, warnings }: Pick<WayBackView, 'obstacles' | 'warnings'>): Text {
  const said = [...obstacles.map((each) => red(each)), ...warnings.map((each) => yellow(each))]
  return said.map((each, index) => [index === 0 ? '' : '; ', each])
}

/** Everything a person has to see before going back. */
export function rollbackLines({ plan, warnings, reasonNeeded }: RollbackPlanView): readonly Text[] {
  return [
    ...planLines(plan),
    ...warnings.map((each) => yellow(`  Careful: ${each}`)),
    ...(reasonNeeded === null ? [] : [yellow(`  It needs --reason: ${reasonNeeded}`)]),
  ]
}
