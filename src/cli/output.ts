import { safeJson } from '../lib/safe-text.ts'
import { diskFault } from '../system/files.ts'
import { render, type Text } from './text.ts'
import type { World } from './world.ts'

type Screen = NodeJS.WriteStream

export interface OutputOptions {
  /** Only JSON on standard output. */
  readonly json: boolean
  readonly verbose: boolean
}

/**
 * Results go to standard output, remarks to standard error. With `--json` standard output holds JSON and nothing else:
 * one document, or one to a line for what comes bit by bit.
 */
export class Output {
  readonly json: boolean
  readonly verbose: boolean
  readonly #stdout: Screen
  readonly #stderr: Screen
  readonly #colours: { readonly stdout: boolean; readonly stderr: boolean }
  readonly #signal: AbortSignal
  readonly #isMovable: boolean

  constructor({ stdout, stderr, env, signal }: World, { json, verbose }: OutputOptions) {
    this.json = json
    this.verbose = verbose
    this.#stdout = stdout
    this.#stderr = stderr
    this.#colours = { stdout: isColoured(stdout, env), stderr: isColoured(stderr, env) }
    this.#signal = signal
    this.#isMovable = (env.CI ?? '') === '' && env.TERM !== 'dumb'
  }

  /** The result of a command, as JSON or as lines for a person. */
  async show(value: unknown, lines: () => readonly Text[]): Promise<void> {
    if (this.json) await this.#write(`${safeJson(value, this.isTerminal ? 2 : undefined)}\n`)
    else for (const line of lines()) await this.line(line)
  }

  /** A text for another program, in a form that program asks for: JSON Schema, git's answers. */
  async document(text: string): Promise<void> {
    await this.#write(text)
  }

  /** One of many results that come bit by bit. */
  async item(value: unknown, line: () => Text): Promise<void> {
    if (this.json) await this.#write(`${safeJson(value)}\n`)
    else await this.line(line())
  }

  /** For people only; nothing with `--json`. */
  async line(text: Text): Promise<void> {
    if (!this.json) await this.#write(`${render(text, this.#colours.stdout)}\n`)
  }

  /** A line of the person's own program: made safe for a terminal, and as it is for another program. */
  async printed(line: string): Promise<void> {
    await this.#write(`${this.isTerminal ? render({ printed: line }, this.#colours.stdout) : line}\n`)
  }

  /** What a far terminal is sent, for the one that the person sits at: it is theirs, and passes as it is. */
  async screen(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes)
  }

  /** Beside the result: a remark, a warning, what went wrong. */
  note(text: Text): void {
    this.#stderr.write(`${render(text, this.#colours.stderr)}\n`)
  }

  /** For what is drawn by somebody else. */
  rendered(text: Text): string {
    return render(text, this.#colours.stdout)
  }

  /** For people only, also when the person has ended everything: what had been drawn stays as words. */
  lastLine(text: Text): void {
    this.#stdout.write(`${this.rendered(text)}\n`)
  }

  /** Whether somebody sees rows that move: not a robot at a terminal of its own, nor who asks for JSON. */
  get isLive(): boolean {
    return this.isTerminal && !this.json && this.#isMovable
  }

  get isTerminal(): boolean {
    return this.#stdout.isTTY === true
  }

  /** Until it has been taken: a reader that is slower than we are holds us back, and one that is gone is an error. */
  async #write(text: string | Uint8Array): Promise<void> {
    const signal = this.#signal
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
    this.#stdout.write(text, (error) => (error ? reject(diskFault(error, 'standard output')) : resolve()))
    await promise.finally(() => signal.removeEventListener('abort', stop))
  }
}

/** https://no-color.org: any value that is not empty. */
function isColoured({ isTTY }: Screen, { NO_COLOR = '', TERM, CI = '' }: World['env']): boolean {
  return isTTY === true && NO_COLOR === '' && TERM !== 'dumb' && CI === ''
}
