import { never } from '../lib/never.ts'
import type { VersionScheme } from './spec.ts'

export interface VersionInput {
  /** Full SHA of the commit. */
  readonly commit: string
  /** The committer's date. */
  readonly committedAt: number
  /** When the release is made; only `rel-datetime` and `timestamp` look at it. */
  readonly now: number
}

/** The name people see for a release (requirements C7). An alias: what a release *is* stays its digest and full SHA. */
export function versionOf(scheme: VersionScheme, { commit, committedAt, now }: VersionInput): string {
  switch (scheme) {
    case 'sha40':
      return commit
    case 'sha7':
      return commit.slice(0, 7)
    case 'date-sha':
      return `${digitsOf(committedAt).slice(0, 3).join('')}-g${commit.slice(0, 7)}`
    case 'rel-datetime':
      return `rel-${digitsOf(now).join('.')}`
    case 'timestamp':
      return digitsOf(now).join('')
    default:
      return never(scheme)
  }
}

/** Year, month, day, hours, minutes, seconds in UTC, each with its leading zeros. */
function digitsOf(timeMs: number): readonly string[] {
  return (new Date(timeMs).toISOString().match(/\d+/g) ?? []).slice(0, 6)
}
