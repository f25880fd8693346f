import type { CheckupLineView } from '../../api/views.ts'
import { cyan, green, red, type Text, table, yellow } from '../text.ts'

/** A line each, and below it what is to be done; at the end how many there are. */
export function checkupLines(lines: readonly CheckupLineView[]): readonly Text[] {
  const rows = table(lines.map(({ what, state, found }) => [stateText(state), what, found]))
  const told = lines.flatMap(({ todo }, index): Text[] => [
    rows[index] ?? '',
    ...(todo === null ? [] : [['      ', cyan(todo)]]),
  ])
  const count = (wanted: CheckupLineView['state']) => lines.filter(({ state }) => state === wanted).length
  return [...told, `${count('ok')} well, ${count('warn')} to look at, ${count('fail')} failed`]
}

function stateText(state: CheckupLineView['state']): Text {
  if (state === 'ok') return green(state)
  return state === 'warn' ? yellow(state) : red(state)
}
