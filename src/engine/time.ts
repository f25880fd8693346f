import type { Clock } from '../lib/clock.ts'

/**
 * The engine's own time: wall clock at the start, moved on by the monotonic clock, never behind what was recorded
 * before. So a jump of the wall clock neither fires nor delays a limit, and the journal's times only rise.
 */
export class EngineTime {
  readonly #clock: Clock
  readonly #offset: number

  constructor(clock: Clock, newestRecorded: number) {
    this.#clock = clock
    this.#offset = Math.max(clock.now(), newestRecorded) - clock.monotonic()
  }

  now(): number {
    return Math.round(this.#offset + this.#clock.monotonic())
  }
}
