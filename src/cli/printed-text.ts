import { safeText } from '../lib/safe-text.ts'

/** One colour or weight. Not among them: what hides text or makes it blink. */
const parameter = '(?:0?[0-4]|7|2[1-4]|27|3[0-7]|39|4[0-7]|49|9[0-7]|10[0-7]|[34]8;5;\\d{1,3}|[34]8;2(?:;\\d{1,3}){3})'
const colours = new RegExp(`\\x1b\\[(?:${parameter}(?:;${parameter})*)?m`, 'g')

/**
 * A line of a program's output, safe to print: its colours stay where colours are shown and are dropped elsewhere, tabs
 * stay, and every other control character is spelled out as in any text.
 */
export function printedText(line: string, isColoured: boolean): string {
  const text = line.replace(/\r+$/, '')
  const kept = isColoured ? (text.match(colours) ?? []) : []
  const safe = text.split(colours).map(safeWithTabs)
  const joined = safe.map((part, at) => `${part}${kept[at] ?? ''}`).join('')
  return kept.length === 0 ? joined : `${joined}\x1b[0m`
}

function safeWithTabs(text: string): string {
  return text.split('\t').map(safeText).join('\t')
}
