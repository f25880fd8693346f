import type { Life, Scheduler } from './scheduler.ts'

/**
 * The outcome of something outside, as a program may see it: only while the program lives, and as an event of its own, so
 * that the seed decides what else happens before the program hears of it.
 */
export function gated<T>(scheduler: Scheduler, life: Life, label: string, outside: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    outside.then(
      (value) => scheduler.after(0, life, label, () => resolve(value)),
      (error: unknown) => scheduler.after(0, life, label, () => reject(error)),
    )
  })
}

/** A callback of a program, called from outside: not after its life has ended. */
export function whileAlive<A extends readonly unknown[]>(
  life: Life,
  callback: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    if (life.alive) callback(...args)
  }
}
