import type { FactView } from '../../api/views.ts'
import { moment } from '../../lib/time-text.ts'
import { bold, dim, type Text } from '../text.ts'

/** `41  2026-11-21 05:36:01  deployment.finished  d42 by signalbox  outcome=succeeded …` */
export function factLine({ seq, at, kind, subject, by, data }: FactView): Text {
  const told = Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return [dim(`${seq}  ${moment(at)}  `), bold(kind), `  ${subject} by ${by}  `, dim(told.join(' '))]
}
