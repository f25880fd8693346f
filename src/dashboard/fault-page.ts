import type { Fault } from '../lib/fault.ts'
import { heading } from './frame.ts'
import { html } from './html.ts'
import type { Shown } from './page.ts'
import { banner } from './parts/words.ts'

/** What went wrong, what to do about it, and the way back. */
export function faultPage(
  { code, message, hint }: Pick<Fault, 'code' | 'message' | 'hint'>,
  { back, requestId }: { readonly back: string; readonly requestId: string },
): Shown {
  const title = code.endsWith('.unknown') ? 'Not found' : 'That did not work'
  return {
    title,
    mark: 'failing',
    section: 'overview',
    about: [],
    body: html`${heading([{ text: 'Overview', path: '/' }], title)}
${banner('stop', html`<strong>${message}.</strong>`)}
<p>${hint}</p>
<p><a class="button main" href="${back}">Back</a></p>
<p class="quiet"><small><code>${code}</code> · <code>${requestId}</code></small></p>`,
  }
}
