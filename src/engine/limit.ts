import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'

export interface Limited {
  readonly clock: Clock
  readonly limitMs: number
  /** What is waited for, for the Fault. */
  readonly what: string
  readonly signal: AbortSignal
}

/** Made once: every call that ends in time ends its limit with it. */
const done = new Error('done')

/**
 * Waits for `work` at most `limitMs`, and no longer than the signal allows. Also when the other side never answers and
 * does not heed the signal: nothing is left waiting for ever. Fault `target.unreachable` at the limit.
 */
export async function withLimit<T>(limited: Limited, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, limitMs, what, signal } = limited
  signal.throwIfAborted()
  const own = new AbortController()
  const over = new AbortController()
  const stop = () => own.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const limit = clock.sleep(limitMs, over.signal).then(() => {
      const fault = new Fault('target.unreachable', {
        details: { target: what, problem: `no answer in ${limitMs} ms` },
      })
      own.abort(fault)
      throw fault
    })
    limit.catch(() => {}) // the race below hears it; this only keeps a late one quiet
    const aborted = new Promise<never>((_, reject) => {
      own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true })
    })
    aborted.catch(() => {}) // as above
    return await Promise.race([work(own.signal), limit, aborted])
  } finally {
    over.abort(done)
    signal.removeEventListener('abort', stop)
  }
}
