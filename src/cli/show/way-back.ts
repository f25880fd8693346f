import type { RollbackPlanView, WayBackView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import { green, red, type Text, yellow } from '../text.ts'
import { planLines } from './plan.ts'

export function wayBackCells({ track, release, title, lastBy, lastAt, obstacles, warnings }: WayBackView, now: number) {
  const said = [...obstacles.map((each) => red(each)), ...warnings.map((each) => yellow(each))]
  const because: Text = said.map((each, index) => [index === 0 ? '' : '; ', each])
  return [
    ...[track, releaseText(release), `${lastBy}, ${ago(lastAt, now)}`],
    obstacles.length === 0 ? green('yes') : red('no'),
    because,
    title,
  ]
}

/** Everything a person has to see before going back. */
export function rollbackLines({ plan, warnings, reasonNeeded }: RollbackPlanView): readonly Text[] {
  return [
    ...planLines(plan),
    ...warnings.map((each) => yellow(`  Careful: ${each}`)),
    ...(reasonNeeded === null ? [] : [yellow(`  It needs --reason: ${reasonNeeded}`)]),
  ]
}
