import { Bell } from '../lib/bell.ts'
import type { Clock } from '../lib/clock.ts'
import type { TerminalInput } from '../targets/driver.ts'

/** Consoles that are open on this server. Nothing of this is stored: a console ends with its server. */
export class Consoles {
  readonly #clock: Clock
  readonly #open = new Map<string, OpenConsole>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The program may be there before its person or after. */
  of(oneOff: string): OpenConsole {
    const known = this.#open.get(oneOff) ?? new OpenConsole(this.#clock)
    this.#open.set(oneOff, known)
    return known
  }

  /** Who still reads goes on to the end. */
  forget(oneOff: string): void {
    this.#open.delete(oneOff)
  }
}

/** What was shown and may be asked for again, by somebody whose connection broke. */
const KEPT = 256 * 1024
/** What may wait for its reader; then the program is held back. */
const MOST_UNREAD = 256 * 1024

export interface Piece {
  /** Where it begins and ends in everything that was shown. */
  readonly offset: number
  readonly next: number
  readonly bytes: Uint8Array
}

/** The middle of a console: the program on one side, its person on the other, who may come, go and come again. */
export class OpenConsole {
  readonly #clock: Clock
  readonly #bell = new Bell()
  readonly #inputs: TerminalInput[] = []
  #screen = Buffer.alloc(0)
  /** Where `#screen` begins, and how far somebody has read. */
  #start = 0
  #read = 0
  #lastNumber = 0
  #heardAt: number
  #isHungUp = false

  constructor(clock: Clock) {
    this.#clock = clock
    this.#heardAt = clock.monotonic()
  }

  get silentMs(): number {
    return this.#clock.monotonic() - this.#heardAt
  }

  hear(): void {
    this.#heardAt = this.#clock.monotonic()
  }

  /** Resolves when more may be shown. */
  async show(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    this.#screen = Buffer.concat([this.#screen, bytes])
    this.#bell.ring()
    await this.#bell.until(() => (this.#end - this.#read < MOST_UNREAD || this.#isHungUp ? true : undefined), never)
  }

  /** What was shown from there on; at once, and null when there is nothing. What is no longer kept is passed over. */
  look(from: number): Piece | null {
    // Further than everything: whoever asks has read another one, before the server began again.
    const offset = from > this.#end ? this.#start : Math.max(from, this.#start)
    this.#read = Math.max(this.#read, offset)
    const surplus = this.#read - KEPT - this.#start
    if (surplus > 0) {
      this.#screen = Buffer.from(this.#screen.subarray(surplus))
      this.#start += surplus
    }
    this.#bell.ring()
    if (offset === this.#end) return null
    const bytes = this.#screen.subarray(offset - this.#start, offset - this.#start + MOST_TOLD)
    return { offset, next: offset + bytes.length, bytes }
  }

  /** Until everything that was shown has been read, or nobody is there to read it. */
  async taken(signal: AbortSignal): Promise<void> {
    await this.#bell.until(() => (this.#read === this.#end || this.#isHungUp ? true : undefined), signal)
  }

  /** Until there may be something new to look at; not for ever, since one that was cancelled may never have begun. */
  async wait(signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const own = AbortSignal.any([signal, over.signal])
    const waits = [this.#bell.wait(own), this.#clock.sleep(LOOK_MS, own)]
    void Promise.allSettled(waits)
    await Promise.race(waits).finally(() => over.abort(new Error('done')))
  }

  /** `number` rises with each call, so that one which comes twice counts once. */
  type(number: number, inputs: readonly TerminalInput[]): void {
    this.hear()
    if (number <= this.#lastNumber) return
    this.#lastNumber = number
    this.#inputs.push(...inputs)
    this.#bell.ring()
  }

  /** What the program is to hear; ends when it is hung up. */
  async *input(): AsyncGenerator<TerminalInput> {
    for (;;) {
      const input = await this.#bell.until(() => this.#inputs.shift() ?? (this.#isHungUp ? null : undefined), never)
      if (input === null) return
      yield input
    }
  }

  get isHungUp(): boolean {
    return this.#isHungUp
  }

  hangUp(): void {
    this.#isHungUp = true
    this.#bell.ring()
  }

  get #end(): number {
    return this.#start + this.#screen.length
  }
}

const LOOK_MS = 1_000

/** In one piece. */
const MOST_TOLD = 64 * 1024

const never = new AbortController().signal
