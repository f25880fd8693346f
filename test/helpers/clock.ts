import type { Clock } from '../../src/lib/clock.ts'

interface Sleeper {
  readonly dueAt: number
  readonly wake: () => void
}

/** A clock that stands still until told to go on. */
export class ManualClock implements Clock {
  #now: number
  #monotonic = 0
  #sleepers = new Set<Sleeper>()

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#monotonic
  }

  /** How many wait for this clock: a test waits for that before it goes on. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (ms <= 0) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sleeper = { dueAt: this.#monotonic + ms, wake: resolve }
    const onAbort = () => reject(signal?.reason)
    this.#sleepers.add(sleeper)
    signal?.addEventListener('abort', onAbort, { once: true })
    await promise.finally(() => {
      this.#sleepers.delete(sleeper)
      signal?.removeEventListener('abort', onAbort)
    })
  }

  /** Time passes; sleepers wake in the order they are due, each seeing the time it asked for. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms
    for (let next = this.#nextDue(end); next !== null; next = this.#nextDue(end)) {
      this.#moveTo(next.dueAt)
      this.#sleepers.delete(next)
      next.wake()
      await new Promise(setImmediate)
    }
    this.#moveTo(end)
    await new Promise(setImmediate)
  }

  /** The wall clock jumps; the monotonic one does not. */
  jump(ms: number): void {
    this.#now += ms
  }

  #nextDue(end: number): Sleeper | null {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.dueAt <= end)
    return due.sort((a, b) => a.dueAt - b.dueAt)[0] ?? null
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic
    this.#monotonic = monotonic
  }
}
