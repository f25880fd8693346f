import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../lib/clock.ts'

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep,
}

/** Node's timers fire at once when asked for more than this (about 24 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  const end = performance.now() + ms
  for (let left = ms; left > 0; left = end - performance.now()) {
    await delay(Math.min(left, LONGEST_TIMER_MS), undefined, { signal }).catch((error: unknown) => {
      signal?.throwIfAborted()
      throw error
    })
  }
}
