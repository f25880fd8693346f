import type { Outcome } from '../domain/outcome.ts'

/** How a step, or anything made of steps, ended. */
export interface Ending {
  readonly outcome: Outcome
  /** A sentence for everything but `succeeded`. */
  readonly reason: string | null
  readonly exitCode: number | null
  /** How often it was tried. */
  readonly attempts: number
}

/**
 * A step, and what is made of steps: they all have this shape. It watches the signal and passes it on; aborted, it ends
 * what it started and gives `aborted`. It rejects only for what went wrong on our side or in the world.
 */
export type Step = (signal: AbortSignal) => Promise<Ending>

export const succeeded: Ending = { outcome: 'succeeded', reason: null, exitCode: null, attempts: 1 }

/** Their doing: their command or check said no. */
export function failed(reason: string, exitCode: number | null = null): Ending {
  return { outcome: 'failed', reason, exitCode, attempts: 1 }
}

/** Our doing, or the world's. */
export function errored(reason: string): Ending {
  return { outcome: 'errored', reason, exitCode: null, attempts: 1 }
}

export const aborted: Ending = { outcome: 'aborted', reason: 'it was cancelled', exitCode: null, attempts: 1 }
