import type { z } from 'zod'
import { nearest } from './near-miss.ts'
import { type Path, type Places, pathKey, showPath } from './place.ts'
import { describe, oneOf, type Problem, quoted } from './problem.ts'

/** A problem before it has a file and a place. What the schema finds and what the rules find are shown alike. */
export interface Finding {
  readonly path: Path
  /** Whether to point at the last key of the path or at what it holds. */
  readonly on: 'key' | 'value'
  readonly found: string
  readonly expected: string | null
  readonly suggestion: string | null
}

export function toProblem({ path, on, ...rest }: Finding, { file, places }: { file: string; places: Places }): Problem {
  return { file, ...places.at(path, on), path: showPath(path), ...rest }
}

/** What zod has to say about `data`, in our words. A mistyped key is told once, not also as the missing one. */
export function findingsOf(issues: readonly z.core.$ZodIssue[], data: unknown): readonly Finding[] {
  const findings = issues.flatMap((issue) => findingsOfIssue(issue, data))
  const meant = findings
    .filter(({ on, suggestion }) => on === 'key' && suggestion !== null)
    .map(({ path, suggestion }) => pathKey([...path.slice(0, -1), suggestion ?? '']))
  return findings.filter(({ path, found }) => found !== missing || !meant.includes(pathKey(path)))
}

const missing = 'missing'

function findingsOfIssue(issue: z.core.$ZodIssue, data: unknown): readonly Finding[] {
  const path = pathOf(issue)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((unknown) => unknownKey([...path, unknown], issue.message.split(', ')))
    case 'invalid_key':
      return [badName(path, issue.issues[0]?.message ?? issue.message)]
    case 'invalid_union':
      return unionFindings(issue, data)
    case 'invalid_value':
      return [notAmong(path, { value: at(data, path), words: issue.values.map(String) })]
    case 'custom':
      return [bad(path, issue.params?.found ?? describe(at(data, path)), issue.message)]
    default:
      return [bad(path, foundAt(data, path), issue.message)]
  }
}

/** Of the forms a value may take, the one it was meant to have tells most; when that is not clear, all of them are named. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, data: unknown): readonly Finding[] {
  const path = pathOf(issue)
  const value = at(data, path)
  const misfits = issue.errors.map((issues) => misfit(issues, value))
  const least = Math.min(...misfits)
  const best = issue.errors.filter((_, index) => misfits[index] === least)
  // Texts of several forms differ by their words only; mappings and lists by their content, the last being the full form.
  const unclear = best.length > 1 && (value === null || typeof value !== 'object')
  const meant = best.at(-1)
  if (least === Number.POSITIVE_INFINITY || unclear || meant === undefined) {
    const words = issue.errors.flat().flatMap((each) => (each.code === 'invalid_value' ? each.values.map(String) : []))
    const suggestion = typeof value === 'string' ? nearest(value, words) : null
    return [{ ...bad(path, foundAt(data, path), issue.message), suggestion }]
  }
  return meant.flatMap((each) => findingsOfIssue({ ...each, path: [...path, ...each.path] }, data))
}

/** How far the value is from a form, judged by its kind and its keys: 0 = only something within it is wrong. */
function misfit(issues: readonly z.core.$ZodIssue[], value: unknown): number {
  const here = issues.filter((issue) => issue.path.length === 0)
  return here.reduce((sum, issue) => sum + misfitOf(issue, value), 0)
}

function misfitOf(issue: z.core.$ZodIssue, value: unknown): number {
  if (issue.code === 'unrecognized_keys') return issue.keys.length
  if (issue.code === 'invalid_union') return Math.min(...issue.errors.map((issues) => misfit(issues, value)))
  const isOtherKind =
    issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof issue.values[0] !== typeof value)
  return isOtherKind ? Number.POSITIVE_INFINITY : 0
}

function unknownKey(path: Path, known: readonly string[]): Finding {
  const unknown = String(path.at(-1))
  const suggestion = nearest(unknown, known)
  return { path, on: 'key', found: `unknown key ${quoted(unknown)}`, expected: oneOf(known), suggestion }
}

function badName(path: Path, expected: string): Finding {
  return { path, on: 'key', found: `the name ${quoted(String(path.at(-1)))}`, expected, suggestion: null }
}

function notAmong(path: Path, { value, words }: { value: unknown; words: readonly string[] }): Finding {
  const suggestion = typeof value === 'string' ? nearest(value, words) : null
  return { ...bad(path, foundAt(value, []), oneOf(words)), suggestion }
}

function bad(path: Path, found: string, expected: string): Finding {
  return { path, on: 'value', found, expected, suggestion: null }
}

function foundAt(data: unknown, path: Path): string {
  const value = at(data, path)
  return value === undefined ? missing : describe(value)
}

export function at(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined
    return (value as Readonly<Record<string | number, unknown>>)[step]
  }, data)
}

function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
}
