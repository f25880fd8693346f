import type { ReleaseView, ReleaseWayView } from '../../api/views.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Asking } from '../page.ts'
import { area, button, form, opening } from './form.ts'
import { advice } from './words.ts'

/** Offers to publish a release that is not yet, as long as there is an archive of it. */
export function publishing({ may, here }: Asking, { project, app, version, tag, discardedAt }: ReleaseView): Html {
  if (tag !== null || discardedAt !== null || !may('releases.publish', { project })) return nothing
  const act = { route: 'releases.publish', params: { project, app }, fixed: { 'body.version': version } } as const
  const notes = area({ label: 'Notes', name: 'body.notes', placeholder: 'left empty: made from the commits' })
  return opening('Publish', form({ ...act, back: here }, [notes, button('Publish', 'main')]))
}

const chips = { live: ['well', 'it is live'], yes: ['well', 'yes'], no: ['stop', 'no'] } as const

/** Can I go back? */
export function wayChip(answer: ReleaseWayView['answer']): Html {
  const [kind, text] = chips[answer]
  return html`<span class="chip ${kind}">${text}</span>`
}

/** Why not, and what to know before. */
export function wayReasons({ obstacles, warnings }: Pick<ReleaseWayView, 'obstacles' | 'warnings'>): readonly Html[] {
  return [...obstacles, ...warnings].map((text) => html`<div>${advice(text)}</div>`)
}

/** Offers to go back to what one can go back to. */
export function rollingBack(
  { may, here }: Asking,
  params: { readonly project: string; readonly environment: string },
  { app, version }: Pick<ReleaseView, 'app' | 'version'>,
): Html {
  if (!may('rollback', params)) return nothing
  const fixed = { 'body.app': app, 'body.version': version }
  const fields = [area({ label: 'Why', name: 'body.comment' }), button('Roll back to it', 'danger')]
  return opening('Roll back', form({ route: 'rollback', params, fixed, back: here }, fields), 'danger')
}
