import { type Html, html } from '../html.ts'

/** Notes as publications have them: headings and lists as such. Whatever else of Markdown somebody uses stands as it was written. */
export function notes(text: string): Html {
  return html`<div class="prose">${text
    .trim()
    .split(/\n{2,}/)
    .map(block)}</div>`
}

function block(text: string): Html {
  const [, heading] = /^#{1,6} +(.+)$/.exec(text) ?? []
  if (heading !== undefined) return html`<h3>${plain(heading)}</h3>`
  const lines = text.split('\n')
  if (lines.every((line) => line.startsWith('- ')))
    return html`<ul>${lines.map((line) => html`<li>${plain(line.slice(2))}</li>`)}</ul>`
  return html`<p>${lines.map((line) => html`${plain(line)}<br>`)}</p>`
}

/** Without the backslashes that keep text from being Markdown. */
function plain(text: string): string {
  return text.replace(/\\([\\`*_[\]<>|])/g, '$1')
}
