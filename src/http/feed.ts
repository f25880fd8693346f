import type { Clock } from '../lib/clock.ts'

/** Wakes whoever waits for something new in the store. */
export interface Feed {
  /** Resolves soon after there may be something new; rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<void>
}

/** Short enough to feel live, long enough that a server with nobody watching does nothing. */
const LOOK_MS = 100

/** All viewers share one pause, so that five hundred of them cost hardly more than one. */
export function feed(clock: Clock): Feed {
  let pause: Promise<void> | null = null
  return {
    async next(signal) {
      signal.throwIfAborted()
      pause ??= clock.sleep(LOOK_MS).finally(() => {
        pause = null
      })
      await pause
      signal.throwIfAborted()
    },
  }
}
