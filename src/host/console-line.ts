import { Bell } from '../lib/bell.ts'
import { resizeTerminal } from '../system/terminal.ts'
import type { TerminalSize } from '../targets/driver.ts'
import type { Call } from './control.ts'
import type { ConsoleInput, ConsoleOutput } from './protocol.ts'

export type ConsoleCall = Call<ConsoleOutput, ConsoleInput>

/** What may be on its way to a screen; a program that prints more is held back, as by a slow terminal. */
const MOST_UNTAKEN = 256 * 1024

/** The line between a program at its terminal and the person who sits far away. */
export class ConsoleLine {
  readonly #call: ConsoleCall
  /** The file in which the terminal's name is. */
  readonly #nameFile: string
  /** In order: what is typed after a change of size is read after it. */
  readonly #inputs: (Uint8Array | TerminalSize)[] = []
  readonly #bell = new Bell()
  #untaken = 0
  #isHungUp = false
  #onHungUp = () => {}

  constructor(call: ConsoleCall, nameFile: string) {
    this.#call = call
    this.#nameFile = nameFile
    call.signal.addEventListener('abort', () => this.#hangUp(), { once: true })
    call.hear((input) => this.#take(input))
    if (call.signal.aborted) this.#hangUp()
  }

  /** What the program reads, and where it writes. */
  get streams() {
    return { stdin: this.#keys(), out: (bytes: Uint8Array) => this.show(bytes) }
  }

  /** Once; also when it has happened already. */
  onHungUp(act: () => void): void {
    this.#onHungUp = act
    if (this.#isHungUp) act()
  }

  /** Without anybody to look at it nothing is kept, and nobody is held back. */
  async show(bytes: Uint8Array): Promise<void> {
    if (this.#isHungUp) return
    this.#untaken += bytes.length
    await this.#call.tell({ shown: Buffer.from(bytes).toString('base64') })
    await this.#bell.until(() => (this.#untaken < MOST_UNTAKEN || this.#isHungUp ? true : undefined), never)
  }

  #take(input: ConsoleInput): void {
    if ('typed' in input) this.#inputs.push(Buffer.from(input.typed, 'base64'))
    if ('taken' in input) this.#untaken -= input.taken
    if ('size' in input) this.#inputs.push(input.size)
    if ('hungUp' in input) this.#hangUp()
    this.#bell.ring()
  }

  async *#keys(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const input = await this.#bell.until(() => this.#inputs.shift() ?? (this.#isHungUp ? null : undefined), never)
      if (input === null) return
      if (input instanceof Uint8Array) yield input
      // Of a program that has just ended there is no terminal to resize.
      else await Promise.allSettled([resizeTerminal(this.#nameFile, input)])
    }
  }

  #hangUp(): void {
    if (this.#isHungUp) return
    this.#isHungUp = true
    this.#bell.ring()
    this.#onHungUp()
  }
}

const never = new AbortController().signal
