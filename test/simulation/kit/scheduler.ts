import { EventQueue, type ScheduledEvent } from './event-queue.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'

export interface SchedulerOptions {
  readonly random: Random
  readonly trace: Trace
  /** Events due within this much of the earliest may change places. */
  readonly windowMs?: number
  /** The wall clock at the start, in milliseconds since 1970. */
  readonly startsAt?: number
}

/** One life of a program, from its start to its crash. Nothing of it runs after `kill`. */
export interface Life {
  readonly name: string
  readonly alive: boolean
  /** As kill -9 does it: whatever it was waiting for never comes. */
  kill(): void
  /** As SIGSTOP and SIGCONT do it: whatever comes due meanwhile comes all at once, late. */
  pause(ms: number): void
}

export interface RunLimits {
  /** Ends after this many events. */
  readonly steps: number
  /** Ends when the next event is later than this. */
  readonly untilMs: number
  /** Called after every event, when all its consequences have run. True ends the run, and so does throwing. */
  readonly afterStep?: () => boolean
}

export type RunEnd = 'idle' | 'steps' | 'time' | 'done'

/** Taken before the traps are set, which replace it. */
const nextTurn = setImmediate

/**
 * Virtual time. Everything that waits is an event; the scheduler takes those that are due, lets the seed choose one, moves
 * the time there, runs it, and lets every promise that follows from it settle before it looks again. Hours cost milliseconds.
 */
export class Scheduler {
  /** The life of everything that is not a program under test: it never ends. */
  readonly world: Life
  readonly trace: Trace
  readonly #queue = new EventQueue()
  readonly #random: Random
  readonly #windowMs: number
  readonly #startsAt: number
  #nowMs = 0
  #wallShiftMs = 0
  #steps = 0

  constructor({ random, trace, windowMs = 1, startsAt = Date.UTC(2030, 0, 1) }: SchedulerOptions) {
    this.#random = random
    this.trace = trace
    this.#windowMs = windowMs
    this.#startsAt = startsAt
    this.world = this.life('world')
  }

  /** Milliseconds since the start of the run. Never goes back. */
  monotonic(): number {
    return this.#nowMs
  }

  /** The wall clock, which `jump` moves. */
  now(): number {
    return this.#startsAt + this.#nowMs + this.#wallShiftMs
  }

  get steps(): number {
    return this.#steps
  }

  jump(ms: number): void {
    this.#wallShiftMs += ms
    this.trace.add(this.#nowMs, 'wall clock jumps', ms)
  }

  life(name: string): Life {
    return new ProgramLife(name, this)
  }

  /** Runs `act` after this long, unless its life has ended by then. */
  after(ms: number, life: Life, label: string, act: () => void): ScheduledEvent {
    return this.#queue.add(this.#nowMs + Math.max(0, ms), life, label, act)
  }

  cancel(event: ScheduledEvent): void {
    event.act = null
  }

  /** Runs until there is nothing left to do, or a limit is reached. */
  run(limits: RunLimits): Promise<RunEnd> {
    return inTurns(() => this.#turn(limits))
  }

  #turn(limits: RunLimits): RunEnd | null {
    if (this.#steps > 0 && limits.afterStep?.() === true) return 'done'
    if (this.#steps >= limits.steps) return 'steps'
    const event = this.#choose()
    if (event === null) return 'idle'
    if (event.atMs > limits.untilMs) {
      this.#queue.put(event)
      return 'time'
    }
    this.#perform(event)
    return null
  }

  #perform(event: ScheduledEvent): void {
    if (event.atMs > this.#nowMs) this.#nowMs = event.atMs
    this.#steps += 1
    this.trace.add(this.#nowMs, event.label, event.number)
    event.act?.()
  }

  /** One of the events that are due, by the seed. Those of ended lives are forgotten, those of paused ones put off. */
  #choose(): ScheduledEvent | null {
    for (;;) {
      const event = this.#queue.take(this.#windowMs, this.#random)
      if (event === null) return null
      if (event.act === null || !event.life.alive) continue
      const resumesAt = (event.life as ProgramLife).resumesAt
      if (resumesAt <= event.atMs) return event
      event.atMs = resumesAt
      this.#queue.put(event)
    }
  }
}

/** Immediates that are queued together: between two of them every promise settles, and the event loop turns only once. */
const turnsAtOnce = 64

/** Calls `turn`, with everything that follows from it settled before the next call, until it gives something. */
function inTurns<T>(turn: () => T | null): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const one = () => {
      if (isOver) return
      try {
        const end = turn()
        if (end === null) return
        resolve(end)
      } catch (error) {
        reject(error)
      }
      isOver = true
    }
    const several = () => {
      one()
      for (let count = 1; count < turnsAtOnce && !isOver; count += 1) nextTurn(one)
      if (!isOver) nextTurn(several)
    }
    nextTurn(several)
  })
}

class ProgramLife implements Life {
  readonly name: string
  readonly #scheduler: Scheduler
  #alive = true
  resumesAt = 0

  constructor(name: string, scheduler: Scheduler) {
    this.name = name
    this.#scheduler = scheduler
  }

  get alive(): boolean {
    return this.#alive
  }

  kill(): void {
    this.#alive = false
    this.#scheduler.trace.add(this.#scheduler.monotonic(), 'killed', this.name)
  }

  pause(ms: number): void {
    this.resumesAt = this.#scheduler.monotonic() + ms
    this.#scheduler.trace.add(this.#scheduler.monotonic(), 'paused', this.name)
  }
}
