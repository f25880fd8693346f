import type { Clock } from '../lib/clock.ts'

/** What `within` gives when time was up. */
export const late = Symbol('late')

export interface Limit {
  readonly clock: Clock
  readonly limitMs: number
  readonly signal: AbortSignal
}

/**
 * Does the work for at most `limitMs`, then aborts it and gives `late`, whether it listens or not. When the outer signal
 * is aborted it rejects with that reason.
 */
export async function within<T>(limit: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof late> {
  limit.signal.throwIfAborted()
  const over = new AbortController()
  const signal = AbortSignal.any([limit.signal, over.signal])
  const timer = limit.clock.sleep(limit.limitMs, signal).then((): typeof late => late)
  const working = work(signal)
  void Promise.allSettled([working, timer]) // Which of the two loses may reject later; that is not to be heard.
  try {
    return await Promise.race([working, timer])
  } finally {
    over.abort(late)
  }
}

/** Waits for the promise, or until the signal is aborted; what the promise stands for goes on. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
}
