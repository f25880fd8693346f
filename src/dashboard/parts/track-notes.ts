import type { OverviewTrackView } from '../../api/views.ts'
import { plural } from '../../lib/short-text.ts'
import { type Html, html, nothing } from '../html.ts'

/** More are only counted. */
const mostWaiting = 2

type Kind = 'stop' | 'caution' | 'move' | ''

/** What is amiss, what goes on and what waits, the worst first. */
export function trackNotes(track: OverviewTrackView): Html {
  const notes = notesOf(track)
  if (notes.length === 0) return nothing
  return html`<span class="notes">${notes.map(([kind, text]) => html`<span class="chip ${kind}">${text}</span>`)}</span>`
}

function notesOf(track: OverviewTrackView): readonly (readonly [Kind, string])[] {
  const { finding, mixed, waiting, queued, lock, freeze, maintenance } = track
  const attempt = attemptNote(track)
  const isMoving = attempt?.[0] === 'move'
  return [
    ...(attempt === null ? [] : [attempt]),
    ...(finding === null ? [] : [['stop', finding] as const]),
    ...(mixed === null || isMoving ? [] : [['stop', mixed] as const]),
    ...waiting.slice(0, mostWaiting).map(({ version }) => ['caution', `${version} waits for a yes`] as const),
    ...(waiting.length <= mostWaiting
      ? []
      : [['caution', `${waiting.length - mostWaiting} more wait for a yes`] as const]),
    ...(queued === 0 ? [] : [['', `${plural(queued, 'deployment')} queued`] as const]),
    ...(lock === null ? [] : [['caution', `locked by ${lock.by}`] as const]),
    ...(freeze === null ? [] : [['caution', 'frozen'] as const]),
    ...(maintenance === null ? [] : [['caution', 'maintenance page'] as const]),
  ]
}

function attemptNote({ attempted }: OverviewTrackView): readonly [Kind, string] | null {
  if (attempted === null) return null
  const { state, outcome, release, step, rolledBack } = attempted
  const done = step === null ? '' : ` ${step.at}/${step.of}`
  if (state === 'rolling') return ['move', `${release.version} rolling out${done}`]
  if (state === 'reverting') return ['stop', `${release.version} going back${done}`]
  if (outcome !== 'failed' && outcome !== 'errored') return null
  return ['stop', `${release.version} ${rolledBack ? 'rolled back' : outcome}`]
}
