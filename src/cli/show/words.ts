import type { Outcome } from '../../domain/outcome.ts'
import { green, red, type Text, yellow } from '../text.ts'

export function outcomeText(outcome: Outcome | 'skipped'): Text {
  switch (outcome) {
    case 'succeeded':
      return green(outcome)
    case 'failed':
    case 'errored':
      return red(outcome)
    default:
      return yellow(outcome)
  }
}

export function shortSha(sha: string): string {
  return sha.slice(0, 8)
}

export function releaseText({ version, commit }: { readonly version: string; readonly commit: string }): string {
  // Several version schemes name the commit already.
  return version.includes(commit.slice(0, 7)) ? version : `${version} (${shortSha(commit)})`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
