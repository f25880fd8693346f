import type { Clock } from '../../src/lib/clock.ts'
import { clockOf } from './clock.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { Trace } from './trace.ts'

/**
 * A clock whose time runs by itself, as fast as there is nothing else to do. For ordinary tests of parts that take a
 * Clock: minutes of waiting cost no time. Whoever takes it disposes of it.
 */
export function tickingClock(seed = 1): { readonly clock: Clock } & AsyncDisposable {
  const random = new Random(seed)
  const scheduler = new Scheduler({ random: random.stream('order'), trace: new Trace() })
  let isOver = false
  const running = (async () => {
    while (!isOver) {
      await scheduler.run({
        steps: Number.POSITIVE_INFINITY,
        untilMs: Number.POSITIVE_INFINITY,
        afterStep: () => isOver,
      })
    }
  })()
  return {
    clock: clockOf(scheduler, scheduler.world),
    async [Symbol.asyncDispose]() {
      isOver = true
      await running
    },
  }
}
