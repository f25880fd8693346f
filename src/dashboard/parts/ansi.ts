import anser from 'anser'
import { type Html, html } from '../html.ts'

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const weights = ['bold', 'dim', 'italic', 'underline']

/** A line that a program printed, with its colours; what else it tried with the terminal is spelled out. */
export function printed(line: string): Html {
  const last = line.replace(/\r+$/, '')
  // What a program wrote over itself: the last it wrote is what a terminal would show.
  const text = last.slice(last.lastIndexOf('\r') + 1)
  if (!text.includes('\u001b')) return html`${tabbed(text)}`
  const spans = anser.ansiToJson(text, { use_classes: true, remove_empty: true })
  return html`${spans.map((span) => coloured(span.content, classes(span)))}`
}

interface Span {
  readonly fg: string
  readonly bg: string
  readonly decorations: readonly string[]
}

function classes({ fg, bg, decorations }: Span): string {
  const named = [colour('f', fg), colour('b', bg), ...decorations.map((name) => weight(name))]
  return named.filter((name) => name !== '').join(' ')
}

function colour(prefix: 'f' | 'b', name: string | null): string {
  const at = colours.findIndex((each) => name === `ansi-${each}` || name === `ansi-bright-${each}`)
  return at < 0 ? '' : `${prefix}${at}`
}

function weight(name: string): string {
  const at = weights.indexOf(name)
  return at < 0 ? '' : `a${at + 1}`
}

function coloured(text: string, names: string): Html {
  return names === '' ? html`${tabbed(text)}` : html`<span class="${names}">${tabbed(text)}</span>`
}

/** Tabs stay: between them every text is made safe. */
function tabbed(text: string): readonly Html[] {
  return text.split('\t').map((part, at) => (at === 0 ? html`${part}` : html`&#9;${part}`))
}
