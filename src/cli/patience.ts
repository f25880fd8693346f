import { showDuration } from '../lib/duration.ts'
import { Fault } from '../lib/fault.ts'
import type { Session } from './session.ts'
import type { World } from './world.ts'

/** The watching ends with Ctrl-C, and what was watched does not. */
export function noteWhatGoesOn({ world, output }: Session, ids: readonly string[]): void {
  if (!world.signal.aborted) return
  output.note(`${ids.join(', ')} goes on without us; \`signalbox cancel ${ids[0] ?? ''}\` would end it`)
}

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
