import { LineCounter, parseDocument, type YAMLError } from 'yaml'
import { type Places, placesOf, showPath } from './place.ts'
import { type Flaw, toPlain } from './plain.ts'
import type { Problem } from './problem.ts'

export interface SourceText {
  readonly file: string
  /** Plain values; undefined when the text could not be read at all. */
  readonly data: unknown
  readonly places: Places
  readonly problems: readonly Problem[]
}

const longestBytes = 1024 * 1024
/** The first syntax error is often the cause of all others. */
const errorsAtMost = 20

/** Reads YAML 1.2. Never throws. Data is there as soon as the syntax is right, also beside flaws such as a key written twice. */
export function readDocument(text: string, file: string): SourceText {
  if (text.length > longestBytes || new TextEncoder().encode(text).length > longestBytes) return tooLong(file)
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Told by toPlain, which knows the path.
    uniqueKeys: false,
    // The default, 'warn', would print; 'silent' would say nothing of a second document.
    logLevel: 'error',
  })
  const places = placesOf(new Map(), lines)
  const errors = [...document.errors, ...document.warnings]
  if (errors.length > 0) {
    return { file, data: undefined, places, problems: syntaxProblems(errors, { file, lines }) }
  }
  const { data, offsets, flaws } = toPlain(document)
  return {
    file,
    data,
    places: placesOf(offsets, lines),
    problems: flaws.map((flaw) => flawProblem(flaw, { file, lines })),
  }
}

interface Text {
  readonly file: string
  readonly lines: LineCounter
}

/** Brackets left open are told once, not once each. */
function syntaxProblems(errors: readonly YAMLError[], text: Text): readonly Problem[] {
  const distinct = new Map(errors.map((error) => [`${error.pos[0]} ${error.message}`, error]))
  return [...distinct.values()].slice(0, errorsAtMost).map((error) => syntaxProblem(error, text))
}

function syntaxProblem(error: YAMLError, { file, lines }: Text): Problem {
  return { file, ...placeOf(lines, error.pos[0]), path: '', found: sentenceOf(error), expected: null, suggestion: null }
}

function sentenceOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document after ---, where one is all there can be'
  return message.startsWith('Maximum call stack') ? 'values nested too deeply' : `not YAML: ${message}`
}

function flawProblem({ path, offset, found, expected }: Flaw, { file, lines }: Text): Problem {
  return { file, ...placeOf(lines, offset), path: showPath(path), found, expected, suggestion: null }
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function tooLong(file: string): SourceText {
  const problem = {
    ...{ file, line: 1, column: 1, path: '', found: 'a text longer than 1 MiB' },
    ...{ expected: 'a configuration file', suggestion: null },
  }
  return { file, data: undefined, places: { at: () => ({ line: 1, column: 1 }) }, problems: [problem] }
}
