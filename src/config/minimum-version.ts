import { at, type Finding } from './issues.ts'
import { quoted } from './problem.ts'

/** What to say when the file asks for a newer Signalbox than this one; null when it does not. */
export function newerVersionNeeded(data: unknown, version: string | undefined): Finding | null {
  const minimum = at(data, ['minimum_version'])
  if (version === undefined || typeof minimum !== 'string' || !isNewer(minimum, version)) return null
  return {
    path: ['minimum_version'],
    on: 'value',
    found: `a file for Signalbox ${quoted(minimum)} or newer`,
    expected: `at most ${version}, which this is; install the newer version`,
    suggestion: null,
  }
}

function isNewer(a: string, b: string): boolean {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  if (left === null || right === null) return false
  const differs = left.findIndex((number, index) => number !== right[index])
  return differs !== -1 && (left[differs] ?? 0) > (right[differs] ?? 0)
}

function numbersOf(version: string): readonly number[] | null {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(version)
  return parts === null ? null : parts.slice(1).map(Number)
}
