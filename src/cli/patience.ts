import { showDuration } from '../lib/duration.ts'
import { Fault } from '../lib/fault.ts'
import type { World } from './world.ts'

/** Waits no longer than the limit: then the signal given to `work` is aborted and Fault `wait.limit` tells what was waited for. */
export async function withPatience<T>(
  { clock, signal }: Pick<World, 'clock' | 'signal'>,
  { limitMs, what }: { readonly limitMs: number; readonly what: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const over = new AbortController()
  const limit = clock.sleep(limitMs, over.signal).then(
    () => late.abort(new Fault('wait.limit', { details: { what, limit: showDuration(limitMs) } })),
    () => undefined, // The work was done first.
  )
  try {
    return await work(AbortSignal.any([signal, late.signal]))
  } finally {
    over.abort()
    await limit
  }
}
