import type { Clock } from '../../../src/lib/clock.ts'
import type { Life, Scheduler } from './scheduler.ts'

/** The scheduler's time, as one life of a program sees it. After the life has ended, no sleep of it ever ends. */
export function clockOf(scheduler: Scheduler, life: Life, label = `${life.name} wakes`): Clock {
  return {
    now: () => scheduler.now(),
    monotonic: () => scheduler.monotonic(),
    sleep: (ms, signal) =>
      signal === undefined ? plainSleep(scheduler, life, { ms, label }) : sleep(scheduler, life, { ms, label, signal }),
  }
}

interface Sleep {
  readonly ms: number
  readonly label: string
}

function plainSleep(scheduler: Scheduler, life: Life, { ms, label }: Sleep): Promise<void> {
  return new Promise((resolve) => {
    scheduler.after(ms, life, label, resolve)
  })
}

function sleep(
  scheduler: Scheduler,
  life: Life,
  { ms, label, signal }: Sleep & { signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const event = scheduler.after(ms, life, label, () => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
    const abort = () => {
      scheduler.cancel(event)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
  })
}
