import type { Clock } from '../../../src/lib/clock.ts'
import { clockOf } from './clock.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { Trace } from './trace.ts'

/** A test that needs more than this does not end by itself. */
const maxSteps = 1_000_000

/**
 * A clock whose time runs by itself, as fast as there is nothing else to do. For ordinary tests of parts that take a
 * Clock: minutes of waiting cost no time. Whoever takes it disposes of it.
 */
export function tickingClock(seed = 1): { readonly clock: Clock } & Disposable {
  const random = new Random(seed)
  const scheduler = new Scheduler({ random: random.stream('order'), trace: new Trace() })
  let isOver = false
  const tick = async () => {
    const end = await scheduler.run({ steps: maxSteps, untilMs: Number.POSITIVE_INFINITY, afterStep: () => isOver })
    // Nothing is due: look again later, but do not keep a process alive in which nothing else goes on.
    if (end === 'idle' && !isOver) setImmediate(() => void tick()).unref()
  }
  void tick()
  return {
    clock: clockOf(scheduler, scheduler.world),
    [Symbol.dispose]() {
      isOver = true
    },
  }
}
