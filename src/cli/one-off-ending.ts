import type { OneOffView } from '../api/views.ts'
import { exitCodes } from './exit-codes.ts'

/** An exit code of the command's own says it all; what a shell, a signal or a limit made of it does not. */
export function saysItself({ exitCode, reason }: OneOffView): boolean {
  return reason === null || (exitCode !== null && exitCode < exitCodes.timedOut)
}

export function exitCodeOfOneOff({ outcome, exitCode }: OneOffView): number {
  if (exitCode !== null) return exitCode
  switch (outcome) {
    case 'succeeded':
      return exitCodes.ok
    case 'aborted':
      return exitCodes.cancelled
    case 'errored':
      return exitCodes.unknown
    default:
      return exitCodes.failed
  }
}
