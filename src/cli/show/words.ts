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
