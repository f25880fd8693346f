import type { CheckupLineView, ServerStatusView } from '../../api/views.ts'
import type { Mark } from '../../domain/overview.ts'
import { sizeText } from '../../lib/size-text.ts'
import { brief } from '../../lib/time-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Page } from '../page.ts'
import { backupsPart, isTroubled } from '../parts/backups.ts'
import { lamp } from '../parts/mark.ts'
import { facts, part, table } from '../parts/table.ts'
import { advice, banner, emptiness, when } from '../parts/words.ts'

/** How the server itself is, and what it finds when it looks at itself. */
export const serverPage: Page = {
  path: '/server',
  async show(asking) {
    const { ask, may, query, now } = asking
    const [{ version }, { full }] = await Promise.all([ask('version', {}), ask('health', {})])
    const status = may('server.status') ? await ask('server.status', {}) : null
    const checkup = query.checkup !== undefined && may('server.checkup') ? await ask('server.checkup', {}) : null
    const backups = may('server.backups') ? await ask('server.backups', {}) : null
    const isBad = backups !== null && isTroubled(backups)
    const mark: Mark = full.length > 0 || isBad || checkup?.some(({ state }) => state === 'fail') ? 'failing' : 'well'
    return {
      title: 'Server',
      ...{ mark, section: 'server', about: [] },
      body: html`${heading([], 'Server', status === null ? nothing : html`<a class="button main" href="/server?checkup">Look at itself</a>`)}
${full.length === 0 ? nothing : banner('stop', `The disk is full: ${full.join(', ')}`)}
${checkup === null ? nothing : part('What it found', checkupTable(checkup))}
${part('How it is', html`<div class="sheet">${facts([['Version', version], ...statusRows(status, now)])}</div>`)}
${
  status === null
    ? nothing
    : part(
        'Its newest troubles',
        status.troubles.length === 0
          ? emptiness('None since it was started.')
          : table(
              'Troubles',
              ['When', 'Level', 'What', 'Code'],
              status.troubles.map(({ at, level, sentence, code }) => [
                when(at, now),
                level,
                sentence,
                code === null ? '' : html`<code>${code}</code>`,
              ]),
            ),
      )
}
${backups === null ? nothing : backupsPart(asking, backups)}`,
    }
  },
}

function statusRows(
  status: ServerStatusView | null,
  now: number,
): readonly (readonly [string, Html | string | number])[] {
  if (status === null) return []
  const { startedAt, databaseBytes, freeBytes, openStreams, outbox, oldestDue } = status
  return [
    ['Up', html`since ${when(startedAt, now)}`],
    ['Database', sizeText(databaseBytes)],
    ['Free space', sizeText(freeBytes)],
    ['Open streams', openStreams],
    ['To do', outbox],
    [
      'Oldest due',
      oldestDue === null
        ? 'nothing is late'
        : `${oldestDue.kind} of ${oldestDue.subject}, due ${brief(now - oldestDue.dueAt)} ago, ${oldestDue.tries} tries`,
    ],
  ]
}

const marks = { ok: 'well', warn: 'waiting', fail: 'failing' } as const

function checkupTable(lines: readonly CheckupLineView[]): Html {
  const rows = lines.map(({ what, state, found, todo }) => [
    html`${lamp(marks[state], state)} ${what}`,
    found,
    todo === null ? '' : advice(todo),
  ])
  return table('Checkup', ['What', 'Found', 'To do'], rows)
}
