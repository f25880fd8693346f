import type { BackupsView, BackupView } from '../../api/views.ts'
import { isOverdue } from '../../domain/server-backup.ts'
import { sizeText } from '../../lib/size-text.ts'
import { brief } from '../../lib/time-text.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Asking } from '../page.ts'
import { button, confirmFirst, form } from './form.ts'
import { lamp } from './mark.ts'
import { part, table } from './table.ts'
import { advice, banner, emptiness, when } from './words.ts'

/** Backups of the server: how old the newest is, which there are, and taking one now. */
export function backupsPart(asking: Asking, seen: BackupsView): Html {
  const { folder, backups } = seen
  if (folder === null)
    return part(
      'Backups',
      emptiness('No backup is taken.', advice('Start the server with `--backups DIR`, on another disk.')),
    )
  const { now } = asking
  return part(
    'Backups',
    html`${troubles(seen, now)}
<p>In <code>${folder}</code>, ${often(seen)}; the newest ${seen.keep} are kept. The key of secrets is in none: keep it elsewhere.</p>
${backups.length === 0 ? emptiness('There is none yet.') : list(asking, backups)}`,
    taking(asking),
  )
}

export function isTroubled({ failed, unreadable, backups }: BackupsView): boolean {
  return failed !== null || unreadable.length > 0 || (backups[0]?.checked?.problem ?? null) !== null
}

function troubles({ failed, unreadable, everyMs, backups }: BackupsView, now: number): Html {
  const newestAt = backups[0]?.takenAt ?? null
  return html`${failed === null ? nothing : banner('stop', html`The last try failed ${when(failed.at, now)}: ${failed.problem}`)}
${unreadable.map(({ name, problem }) => banner('stop', `${name}: ${problem}`))}
${isOverdue({ now, everyMs, newestAt }) && failed === null ? banner('caution', 'The newest is older than it should be.') : nothing}`
}

function often({ everyMs }: BackupsView): string {
  return everyMs === null ? 'when somebody asks' : `one every ${brief(everyMs)}`
}

function taking(asking: Asking): Html {
  if (!asking.may('server.backup')) return nothing
  return html`${confirmFirst(asking)}${form({ route: 'server.backup', back: asking.here }, button('Back up now', 'main'))}`
}

function list(asking: Asking, backups: readonly BackupView[]): Html {
  const { now, may, here } = asking
  const rows = backups.map((each) => [
    html`<code>${each.name}</code>`,
    when(each.takenAt, now),
    sizeText(each.bytes),
    `${each.projects} projects, ${each.releases} releases, ${each.logs ?? 'no'} logs`,
    checkedWords(each, now),
    may('server.backup_verify')
      ? form({ route: 'server.backup_verify', params: { backup: each.name }, back: here }, button('Verify'))
      : '',
  ])
  return table('Backups', ['Backup', 'Taken', 'Size', 'Holds', 'Verified', ''], rows)
}

function checkedWords({ checked, lost }: BackupView, now: number): Html {
  const lacking = lost === 0 ? nothing : html`, without ${lost} archives that were lost`
  if (checked === null) return html`${lamp('well', 'well')} when it was taken${lacking}`
  if (checked.problem !== null) return html`${lamp('failing', 'damaged')} damaged: ${checked.problem}`
  return html`${lamp('well', 'well')} ${when(checked.at, now)}${lacking}`
}
