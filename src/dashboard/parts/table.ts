import { type Html, html, nothing } from '../html.ts'

export type Cell = Html | string | number | readonly (Html | string)[]

/**
 * Rows under a head. On a phone each row is a card, in which every cell tells its column; of many short rows that tell
 * what they are by themselves, `dense`, it is a line or two.
 */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  kind: 'list' | 'list dense' = 'list',
): Html {
  if (rows.length === 0) return nothing
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="${kind}">
<caption class="hidden">${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name === '' ? html`<span class="hidden">Acts</span>` : name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, at) => html`<td data-head="${head[at] ?? ''}">${isEmpty(cell) ? nothing : html`<div>${cell}</div>`}</td>`)}</tr>`)}</tbody>
</table></div>`
}

function isEmpty(cell: Cell): boolean {
  return cell === '' || (Array.isArray(cell) && cell.length === 0)
}

/** Names with what belongs to them. */
export function facts(rows: readonly (readonly [string, Cell])[]): Html {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** A part of a page under its heading; what can be done with it stands beside. */
export function part(heading: string, content: Html | readonly Html[], beside: Html = nothing): Html {
  const id = heading.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return html`<section class="part" id="${id}"><header><h2>${heading}</h2><div class="beside">${beside}</div></header>${content}</section>`
}
