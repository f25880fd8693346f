import type { Client } from '../api/client.ts'
import { Bell } from '../lib/bell.ts'
import { Fault } from '../lib/fault.ts'
import { setNewlines } from '../system/terminal.ts'
import type { World } from './world.ts'

/** The server hangs up when it hears nothing for 30 s. */
const SIGN_OF_LIFE_MS = 5_000
const AGAIN_MS = 500
/** In one call. */
const MOST_TYPED = 24 * 1024

type Screen = Pick<World, 'stdout'>

export function sizeOf({ stdout }: Screen): { readonly rows: number; readonly columns: number } {
  return { rows: clamped(stdout.rows, 24), columns: clamped(stdout.columns, 80) }
}

/** A terminal that does not know its size says 0. */
function clamped(side: number | undefined, usual: number): number {
  return Math.min(side || usual, 1_000)
}

/** The person's own terminal while it belongs to a console: each key goes there, Ctrl-C too. */
export class TerminalLine implements AsyncDisposable {
  readonly #world: World
  readonly #client: Client
  readonly #oneOff: string
  readonly #bell = new Bell()
  readonly #over = new AbortController()
  #typed = Buffer.alloc(0)
  #isResized = false
  #number = 0

  constructor(world: World, client: Client, oneOff: string) {
    this.#world = world
    this.#client = client
    this.#oneOff = oneOff
  }

  async open(): Promise<void> {
    const { stdin, stdout } = this.#world
    stdin.setRawMode(true)
    await setNewlines('as they are')
    stdin.on('data', this.#onTyped).resume()
    stdout.on('resize', this.#onResized)
    void Promise.allSettled([this.#carry()])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { stdin, stdout } = this.#world
    this.#over.abort(new Error('the console is closed'))
    stdin.off('data', this.#onTyped).pause()
    stdout.off('resize', this.#onResized)
    await setNewlines('with returns')
    stdin.setRawMode(false)
  }

  readonly #onTyped = (bytes: Buffer) => {
    this.#typed = Buffer.concat([this.#typed, bytes])
    this.#bell.ring()
  }

  readonly #onResized = () => {
    this.#isResized = true
    this.#bell.ring()
  }

  /** One call at a time, so that keys arrive in order; what is typed meanwhile goes with the next. */
  async #carry(): Promise<void> {
    const { signal } = this.#over
    while (!signal.aborted) {
      if (this.#typed.length === 0 && !this.#isResized) await this.#pause(SIGN_OF_LIFE_MS)
      const bytes = this.#typed.subarray(0, MOST_TYPED)
      const typed = bytes.length === 0 ? {} : { typed: bytes.toString('base64') }
      const size = this.#isResized ? { size: sizeOf(this.#world) } : {}
      this.#typed = this.#typed.subarray(bytes.length)
      this.#isResized = false
      this.#number += 1
      await this.#say({ number: this.#number, ...typed, ...size })
    }
  }

  /** Until the server has heard it. A final no means that the console is closed, as its screen tells too. */
  async #say(body: { readonly number: number }): Promise<void> {
    const params = { oneOff: this.#oneOff }
    for (;;) {
      try {
        await this.#client.call('consoles.type', { params, body })
        return
      } catch (error) {
        if (this.#over.signal.aborted || !(error instanceof Fault) || !error.temporary) throw error
      }
      await this.#world.clock.sleep(AGAIN_MS, this.#over.signal)
    }
  }

  async #pause(ms: number): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#over.signal])
    const waits = [this.#bell.wait(signal), this.#world.clock.sleep(ms, signal)]
    void Promise.allSettled(waits)
    await Promise.race(waits).finally(() => over.abort(new Error('done')))
  }
}
