import { parseDuration } from '../../lib/duration.ts'
import { invalid } from '../ask.ts'

/** What a form was filled in with, by field. */
export type Fields = Readonly<Record<string, unknown>>

export interface FormQuestion {
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
}

/** Deep enough for every route's question, and too shallow to be a nuisance. */
const mostDepth = 6
const roots = ['params', 'query', 'body']

/**
 * A question from a form's fields. Each is named by its place: `body.counts.web#int`; `[]` at its end makes a list. What was
 * left empty is left out. Fault `request.invalid`.
 */
export function questionOf(fields: Fields): FormQuestion {
  const question = { params: {}, query: {}, body: {} }
  for (const [name, given] of Object.entries(fields)) {
    const [place = '', type = 'text'] = name.split('#')
    const path = place.replace(/\[\]$/, '').split('.')
    if (!roots.includes(path[0] ?? '')) continue
    if (path.length > mostDepth || path.some((key) => key === '__proto__')) throw invalid(`${place}: no such field`)
    const texts = (Array.isArray(given) ? given : [given])
      .map((text) => textOf(place, text))
      .filter((text) => text !== '')
    const values = texts.map((text) => read(place, type, text))
    if (place.endsWith('[]')) put(question, path, values)
    else if (values.length > 1) throw invalid(`${place} is given twice`)
    else if (values.length === 1) put(question, path, values[0])
  }
  return question
}

function textOf(place: string, given: unknown): string {
  if (typeof given !== 'string') throw invalid(`${place}: a file, expected text`)
  return given.replaceAll('\r\n', '\n')
}

function read(place: string, type: string, text: string): unknown {
  switch (type) {
    case 'int':
      return wholeNumber(place, text)
    case 'bool':
      return text === 'true'
    case 'span':
      return span(place, text.trim())
    case 'lines':
      return text.split('\n').filter((line) => line.trim() !== '')
    case 'json':
      return parsed(place, text)
    default:
      return text
  }
}

function wholeNumber(place: string, text: string): number {
  if (!/^-?\d{1,12}$/.test(text.trim()))
    throw invalid(`${place}: found ${JSON.stringify(text)}, expected a whole number`)
  return Number(text)
}

function span(place: string, text: string): number {
  const ms = parseDuration(text)
  if (ms === null) throw invalid(`${place}: found ${JSON.stringify(text)}, expected a time such as 30m, 2h or 1d12h`)
  return ms
}

function parsed(place: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(`${place}: not JSON`)
  }
}

/** A number in a place is one of a list: `body.changes.0.name`. */
function put(question: object, path: readonly string[], value: unknown): void {
  let at = question as Record<string, unknown>
  for (const [depth, key] of path.slice(0, -1).entries()) {
    at[key] ??= isIndex(path[depth + 1]) ? [] : {}
    at = at[key] as Record<string, unknown>
  }
  at[path.at(-1) ?? ''] = value
}

function isIndex(key: string | undefined): boolean {
  return key !== undefined && /^\d{1,2}$/.test(key)
}
