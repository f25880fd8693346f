import type { FreezeStatusView } from '../../api/views.ts'
import { type Text, yellow } from '../text.ts'
import { moment } from './time.ts'

export function freezeLines({ now, declared, override }: FreezeStatusView): readonly Text[] {
  const later = declared.filter(({ until }) => until !== now?.until)
  return [
    ...(now === null
      ? []
      : [yellow(`${now.by === null ? '' : `by ${now.by} `}until ${moment(now.until)} UTC: ${now.reason}`)]),
    ...later.map(
      ({ id, by, reason, from, until }) => `${id} by ${by} from ${moment(from)} until ${moment(until)} UTC: ${reason}`,
    ),
    ...(override === null
      ? []
      : [yellow(`overridden by ${override.by} until ${moment(override.until)} UTC: ${override.reason}`)]),
  ]
}
