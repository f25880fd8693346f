import { Fault } from '../lib/fault.ts'

export interface Assignment {
  readonly name: string
  readonly value: string
}

/**
 * The lines of a .env file: `NAME=VALUE`, with `export` in front or not. In single or back quotes a value is as it is, in double
 * quotes it has escapes, and both may span lines; without quotes it ends where the line or a ` # remark` does. Nothing is
 * put in for a `$`. What cannot be read is refused with its line and never repeated: it may be half a secret. Node's own
 * `parseEnv` passes over what it cannot read, and cuts `pass#word` at the `#`.
 */
export function readEnvFile(text: string, path: string): readonly Assignment[] {
  const source = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  const found: Assignment[] = []
  for (let at = endOf(blank, source, 0) ?? 0; at < source.length; ) {
    const wrong = (problem: string) => unreadable(path, source.slice(0, at).split('\n').length, problem)
    const [head, name = ''] = matchAt(start, source, at) ?? []
    if (head === undefined) throw wrong('it is not NAME=VALUE')
    const from = at + head.length
    const quoted = matchAt(quotedValue, source, from)
    if (quoted === null && matchAt(openQuote, source, from) !== null) throw wrong('its quote is not closed')
    const [whole = '', , single, double, back] = quoted ?? matchAt(plainValue, source, from) ?? []
    const next = endOf(blank, source, from + whole.length)
    if (next === null) throw wrong('something follows the closing quote')
    const value = double === undefined ? (single ?? back ?? whole.trim()) : unescaped(double)
    found.push({ name, value })
    at = next
  }
  return found
}

/** Blank lines and remarks; also what is left of the line before them. */
const blank = /(?:[ \t]*(?:#[^\n]*)?(?:\n|$))+/y
const start = /[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=/y
const quotedValue = /[ \t]*('([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|`([^`]*)`)/y
const openQuote = /[ \t]*['"`]/y
/** A `#` inside a word, as in a password, is none of a remark. */
const plainValue = /(?:(?![ \t]+#)[^\n])*/y

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$', '`': '`' }

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, character: string) => escapes[character] ?? whole)
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function endOf(pattern: RegExp, text: string, at: number): number | null {
  const match = matchAt(pattern, text, at)
  return match === null ? null : at + match[0].length
}

function unreadable(path: string, line: number, problem: string): Fault {
  return new Fault('command.invalid', {
    details: { command: 'signalbox env set', problem: `${path}:${line} cannot be read: ${problem}` },
  })
}
