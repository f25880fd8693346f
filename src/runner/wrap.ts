import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { aborted, type Ending, errored, failed, type Step, succeeded } from './step.ts'

/** One after the other, as long as they succeed. */
export function sequence(steps: readonly Step[]): Step {
  return async (signal) => {
    for (const step of steps) {
      const ending = signal.aborted ? aborted : await step(signal)
      if (ending.outcome !== 'succeeded') return ending
    }
    return succeeded
  }
}

export interface Retry {
  readonly clock: Clock
  /** How often a step that failed or errored is tried again. */
  readonly retries: number
  /** How long to wait after the n-th failure. */
  readonly delayMs: (failures: number) => number
  readonly onRetry: (attempt: number, ending: Ending) => void
}

export function retried(step: Step, { clock, retries, delayMs, onRetry }: Retry): Step {
  return async (signal) => {
    for (let attempts = 1; ; attempts++) {
      const ending = await step(signal)
      const isFinal = ending.outcome === 'succeeded' || ending.outcome === 'aborted' || attempts > retries
      if (isFinal) return { ...ending, attempts }
      onRetry(attempts + 1, ending)
      if (!(await slept(clock, delayMs(attempts), signal))) return { ...aborted, attempts }
    }
  }
}

export interface Limit {
  readonly clock: Clock
  readonly limitMs: number
  /** Names the limit, as it becomes the reason. */
  readonly reason: string
}

/** Ends the step when its time is up. That is a failure, not an abort: whoever wrote the step set the limit. */
export function limited(step: Step, { clock, limitMs, reason }: Limit): Step {
  return async (signal) => {
    const limit = new AbortController()
    const over = new AbortController()
    const timer = slept(clock, limitMs, over.signal).then((isUp) => isUp && limit.abort())
    const ending = await step(AbortSignal.any([signal, limit.signal])).finally(() => over.abort())
    await timer
    const isOurs = limit.signal.aborted && !signal.aborted && ending.outcome === 'aborted'
    return isOurs ? { ...failed(reason), attempts: ending.attempts } : ending
  }
}

/** Goes on as if it had succeeded, unless somebody stopped it. */
export function tolerated(step: Step): Step {
  return async (signal) => {
    const ending = await step(signal)
    return ending.outcome === 'aborted' ? ending : succeeded
  }
}

/** Does something at the end, however that comes; not told of the signal, so that cleaning up cannot be aborted at birth. */
export function ensured(step: Step, cleanUp: () => Promise<void>): Step {
  return async (signal) => {
    try {
      return await step(signal)
    } finally {
      await cleanUp()
    }
  }
}

/** Tells how it ended and how long it took. */
export function recorded(step: Step, clock: Clock, tell: (ending: Ending, durationMs: number) => void): Step {
  return async (signal) => {
    const started = clock.monotonic()
    const ending = await step(signal)
    tell(ending, clock.monotonic() - started)
    return ending
  }
}

/** Makes an ending of what was thrown. A fault speaks for itself; anything else is a mistake of ours. */
export function caught(step: Step, log: Log): Step {
  return async (signal) => {
    try {
      return await step(signal)
    } catch (error) {
      if (signal.aborted) {
        log.debug('job step was cut off', { error })
        return aborted
      }
      if (error instanceof Fault) return errored(error.message)
      log.error('job step broke', { error })
      return errored(new Fault('internal.bug', { details: { what: messageOf(error) }, cause: error }).message)
    }
  }
}

/** Whether the time has passed; false when the signal came first. */
async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal)
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
