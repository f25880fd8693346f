import type { FreezeStatusView } from '../../api/views.ts'
import { moment } from '../../lib/time-text.ts'
import { type Text, yellow } from '../text.ts'

/** What keeps it frozen now stands first; what a person has put up has an id, to be taken away by. */
export function freezeLines({ now, declared, override }: FreezeStatusView): readonly Text[] {
  const others = declared.filter(({ id }) => id !== now?.id)
  return [
    ...(now === null ? [] : [yellow(`${whose(now)} until ${moment(now.until)} UTC: ${now.reason}`)]),
    ...others.map((each) => `${whose(each)} from ${moment(each.from)} until ${moment(each.until)} UTC: ${each.reason}`),
    ...(override === null
      ? []
      : [yellow(`overridden by ${override.by} until ${moment(override.until)} UTC: ${override.reason}`)]),
  ]
}

function whose({ id, by }: { readonly id: string | null; readonly by: string | null }): string {
  return id === null ? 'signalbox.yml' : `${id} by ${by}`
}
