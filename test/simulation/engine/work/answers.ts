import { Fault } from '../../../../src/lib/fault.ts'
import { seenInAnswer } from '../situations.ts'
import type { Stage } from '../stage.ts'

/** Refusals are the server's right; anything else that is thrown at a person is a bug. */
export function mustBeRefusal(stage: Stage, doing: string, error: unknown): void {
  if (error instanceof Fault && error.code !== 'internal.bug') {
    seenInAnswer(stage, doing, error)
    return
  }
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error)
  stage.broken('unexpected error', `${doing}: ${shown}`)
}
