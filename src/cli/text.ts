import { styleText } from 'node:util'
import { safeText } from '../lib/safe-text.ts'
import { printedText } from './printed-text.ts'

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** A line in parts. Colour is named, never written: whatever stands in the parts is made safe before it is printed. */
export type Text = string | Styled | Printed | readonly Text[]

/** A line that a program printed: where colours are shown, its own are kept. */
export interface Printed {
  readonly printed: string
}

export interface Styled {
  readonly style: Style
  readonly text: Text
}

export function bold(text: Text): Styled {
  return { style: 'bold', text }
}

export function dim(text: Text): Styled {
  return { style: 'dim', text }
}

export function green(text: Text): Styled {
  return { style: 'green', text }
}

export function red(text: Text): Styled {
  return { style: 'red', text }
}

export function yellow(text: Text): Styled {
  return { style: 'yellow', text }
}

export function cyan(text: Text): Styled {
  return { style: 'cyan', text }
}

/** What reaches the screen. */
export function render(text: Text, isColoured: boolean): string {
  if (typeof text === 'string') return safeText(text)
  if ('printed' in text) return printedText(text.printed, isColoured)
  if (!('style' in text)) return text.map((part) => render(part, isColoured)).join('')
  const inner = render(text.text, isColoured)
  return isColoured && inner !== '' ? styleText(text.style, inner, { validateStream: false }) : inner
}

/** Columns it takes, as far as one can tell without the terminal's font. */
function widthOf(text: Text): number {
  return [...graphemes.segment(render(text, false))].length
}

const graphemes = new Intl.Segmenter('en')

/** Rows under a head; no rows, no lines. */
export function listing(head: readonly string[], rows: readonly (readonly Text[])[]): readonly Text[] {
  return rows.length === 0 ? [] : table([head.map(dim), ...rows])
}

/** Columns as wide as their widest cell, two spaces apart. */
export function table(rows: readonly (readonly Text[])[]): readonly Text[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = [...Array(columns).keys()].map((at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))))
  return rows.map((row) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : [cell, ' '.repeat((widths[at] ?? 0) - widthOf(cell) + 2)])),
  )
}
