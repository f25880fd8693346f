/** One thing that is wrong, or doubtful, in a text somebody wrote. */
export interface Problem {
  readonly file: string
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  /** Where in the structure: `environments.production.protection.approvals`; empty for the file as a whole. */
  readonly path: string
  readonly found: string
  /** Completes "expected …". */
  readonly expected: string | null
  /** The word that was probably meant. */
  readonly suggestion: string | null
}

/** `signalbox.yml:12:5 environments.prod.tarket: unknown key "tarket"; expected one of …; did you mean "target"?` */
export function showProblem(problem: Problem): string {
  const { file, line, column, path, found, expected, suggestion } = problem
  const place = `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}`
  const wanted = expected === null ? '' : `; expected ${expected}`
  const meant = suggestion === null ? '' : `; did you mean "${suggestion}"?`
  return `${place}: ${found}${wanted}${meant}`
}

/** Nobody reads more than this, and the first ones are usually the cause of the rest. */
const shownAtMost = 50

/** A list for people, one line each, in the order of the file. */
export function showProblems(problems: readonly Problem[]): string {
  const lines = problems.slice(0, shownAtMost).map(showProblem)
  const rest = problems.length - lines.length
  return [...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n')
}

export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.path.localeCompare(b.path),
  )
}

/** A value as people would name it. Long texts are cut. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'an empty value'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping'
  return typeof value === 'string' ? quoted(value) : String(value)
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}

/** `one of a, b, c`, or just `a`. */
export function oneOf(words: readonly string[]): string {
  if (words.length === 0) return 'none at all'
  return words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`
}
