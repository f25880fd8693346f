import type { LogHitsView, LogPartView } from '../../api/views.ts'
import { type Html, html, nothing } from '../html.ts'
import { printed } from './ansi.ts'
import { emptiness } from './words.ts'

type Line = LogPartView['lines'][number]

/** Lines of one step that follow each other. */
export interface LogPiece {
  readonly step: string
  readonly title: string
  readonly lines: Html
}

export function pieces(lines: readonly Line[]): readonly LogPiece[] {
  const groups: Line[][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last?.[0]?.step === line.step) last.push(line)
    else groups.push([line])
  }
  return groups.map((group) => {
    const step = group[0]?.step ?? null
    return {
      step: step === null ? '-' : String(step),
      title: step === null ? aside(group) : `Step ${step + 1}`,
      lines: html`${group.map(lineOf)}`,
    }
  })
}

/** What belongs to no step: our own words about them, or all that a command printed. */
function aside(lines: readonly Line[]): string {
  return lines.every(({ stream }) => stream === 's') ? 'Around the steps' : 'Output'
}

/** Every line can be linked to: by the byte at which it begins. */
function lineOf({ at, ms, stream, text }: Line): Html {
  return html`<div class="l ${stream}" id="b${at}"><a href="#b${at}" tabindex="-1">${(ms / 1000).toFixed(1)}</a><span>${printed(text)}</span></div>`
}

export interface LogView {
  readonly part: LogPartView
  /** Where what comes after it is told; null when nothing does. */
  readonly follow: string | null
  /** The page of the piece before; null at the beginning. */
  readonly earlier: string | null
  readonly later: string | null
  /** What is looked for in all of it; null where that cannot be done. */
  readonly find: string | null
}

/** A log, folded by steps. */
export function logPanel({ part, follow, earlier, later, find }: LogView): Html {
  const all = joinedBySteps(pieces(part.lines))
  return html`<div class="log" data-keep ${follow === null ? nothing : html`data-follow="${follow}"`}>
<div class="log-tools">${searchForm(find)}<output data-found></output>
<span class="beside">${earlier === null ? nothing : html`<a href="${earlier}">Earlier</a> `}${later === null ? nothing : html`<a href="${later}">Later</a> `}${follow === null ? nothing : html`<label class="tick by-script"><input type="checkbox" data-do="stick" checked> stay at the end</label>`}</span></div>
${all.length === 0 ? html`<p class="empty">No line yet.</p>` : all.map(({ step, title, lines }) => html`<details open data-step="${step}"><summary>${title}</summary><div class="lines">${lines}</div></details>`)}
</div>`
}

/** Typing looks through the lines that are shown; Enter through the whole log. */
function searchForm(find: string | null): Html {
  const field = html`<input type="search" name="find" value="${find ?? ''}" placeholder="Search (/), Enter: all of it" aria-label="Search the log">`
  return find === null ? field : html`<form method="get" role="search">${field}</form>`
}

/** Lines of a log that hold what was looked for, each with the way to its place. */
export function logHits(
  { lines, next }: LogHitsView,
  { path, find }: { readonly path: string; readonly find: string },
): Html {
  const around = (at: number) => `${path}?at=${Math.max(0, at - 16 * 1024)}#b${at}`
  const more =
    next === null
      ? nothing
      : html`<p><a class="button" href="${path}?${new URLSearchParams({ find, from: String(next) }).toString()}">Look further</a></p>`
  if (lines.length === 0 && next === null)
    return emptiness(`No line holds ${find}.`, html`<a href="${path}">The whole log</a>`)
  const rows = lines.map(
    ({ at, ms, stream, text }) =>
      html`<div class="l ${stream}"><a href="${around(at)}">${(ms / 1000).toFixed(1)}</a><span>${printed(text)}</span></div>`,
  )
  return html`<div class="log"><div class="log-tools">${searchForm(find)}<span class="beside"><a href="${path}">The whole log</a></span></div><div class="lines">${rows}</div></div>${more}`
}

function joinedBySteps(all: readonly LogPiece[]): readonly LogPiece[] {
  const byStep = new Map<string, LogPiece>()
  for (const piece of all) {
    const before = byStep.get(piece.step)
    byStep.set(piece.step, before === undefined ? piece : { ...piece, lines: html`${[before.lines, piece.lines]}` })
  }
  return [...byStep.values()]
}
