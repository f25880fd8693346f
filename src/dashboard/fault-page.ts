import type { Fault } from '../lib/fault.ts'
import { heading } from './frame.ts'
import { html } from './html.ts'
import type { Shown } from './page.ts'
import { advice, banner } from './parts/words.ts'

/** What went wrong, what to do about it, and the way back. */
export function faultPage(
  { code, message, hint }: Pick<Fault, 'code' | 'message' | 'hint'>,
  { back, requestId }: { readonly back: string; readonly requestId: string },
): Shown {
  const isNoPage = code === 'route.unknown'
  const title = titleOf(code)
  return {
    title,
    mark: 'failing',
    section: 'overview',
    about: [],
    body: html`${heading([{ text: 'Overview', path: '/' }], title)}
${banner('stop', html`<strong>${message}.</strong>`)}
<p>${isNoPage ? 'The address may be mistyped, or what it led to is gone.' : advice(hint)}</p>
<p><a class="button main" href="${back}">${back === '/' ? 'To the overview' : 'Back'}</a></p>
<p class="quiet"><small><code>${code}</code> · <code>${requestId}</code></small></p>`,
  }
}

function titleOf(code: Fault['code']): string {
  if (code.endsWith('.unknown')) return 'Not found'
  return refused.includes(code) ? 'Not for you' : 'That did not work'
}

const refused: readonly Fault['code'][] = [
  'token.forbidden',
  'permission.denied',
  'permission.role',
  'approval.not_allowed',
]
