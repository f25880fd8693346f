import { shortSha } from '../../lib/short-text.ts'
import { ago, brief, moment } from '../../lib/time-text.ts'
import { type Html, html, nothing } from '../html.ts'

/** A moment as it is from now; exact in its title, and in the viewer's zone where there are scripts. */
export function when(at: number, now: number): Html {
  const iso = new Date(at).toISOString()
  const said = at - now >= 1000 ? `in ${brief(at - now)}` : ago(at, now)
  return html`<time datetime="${iso}" title="${moment(at)} UTC">${said}</time>`
}

/** How long something took, or has taken by now. */
export function took(from: number | null, to: number | null, now: number): Html {
  if (from === null) return nothing
  const isOver = to !== null
  return html`<span class="took" title="${isOver ? 'duration' : 'so far'}">${brief((to ?? now) - from)}</span>`
}

export function commitMark(commit: string): Html {
  return html`<code class="sha" title="${commit}">${shortSha(commit)}</code>`
}

/** A release by its version; its commit where the version does not name it. */
export function releaseMark({ version, commit }: { readonly version: string; readonly commit: string }): Html {
  const sha = version.includes(commit.slice(0, 7)) ? nothing : html` ${commitMark(commit)}`
  return html`<span class="release"><code class="version">${version}</code>${sha}</span>`
}

/** Names side by side. */
export function chips(names: readonly string[]): Html {
  if (names.length === 0) return nothing
  return html`<span class="chips">${names.map((name) => html`<span class="chip">${name}</span> `)}</span>`
}

/** An address that people may follow: only one of the web. */
export function linkTo(url: string | null, text: string): Html {
  if (url === null || !/^https?:\/\//.test(url)) return html`${text}`
  return html`<a href="${url}" rel="noreferrer noopener">${text}</a>`
}

/** Where there is nothing: what that means, and what to do. */
export function emptiness(sentence: string, advice: Html | string = ''): Html {
  return html`<div class="empty"><p>${sentence}</p>${advice === '' ? nothing : html`<p class="advice">${advice}</p>`}</div>`
}

/** What a person should see before all else on a page. */
export function banner(kind: 'stop' | 'caution' | 'note', content: Html | string): Html {
  return html`<div class="banner ${kind}" role="${kind === 'stop' ? 'alert' : 'status'}">${content}</div>`
}

/** Advice as it stands in the catalogue of faults and in checkups, where what is to be typed stands between backticks. */
export function advice(text: string): Html {
  return html`${text.split('`').map((piece, index) => (index % 2 === 0 ? piece : html`<code>${piece}</code>`))}`
}
