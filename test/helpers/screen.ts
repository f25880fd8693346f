import { createRequire } from 'node:module'
import { stripVTControlCharacters } from 'node:util'
import type { TerminalUnderTest } from './terminal.ts'
import { waitFor } from './wait-for.ts'

// It is made for require() alone.
const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless')

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told
const atOnce = /\x1b\[\?2026h.*?\x1b\[\?2026l/gs

/** What a person sees who sits at the terminal: its bytes, as a terminal takes them. */
export class Screen {
  readonly #terminal: InstanceType<typeof Terminal>
  readonly #under: TerminalUnderTest
  #taken = 0

  constructor(under: TerminalUnderTest, { rows, columns }: { readonly rows: number; readonly columns: number }) {
    this.#under = under
    this.#terminal = new Terminal({ rows, cols: columns, scrollback: 1_000, allowProposedApi: true })
  }

  /** Without empty ones; what has scrolled out too. */
  async rows(): Promise<readonly string[]> {
    await this.#take(this.#under.screen.length)
    const { active } = this.#terminal.buffer
    const rows = [...Array(active.length).keys()].map((at) => active.getLine(at)?.translateToString(true) ?? '')
    return rows.filter((row) => row !== '')
  }

  async shows(what: string, isSo: (rows: readonly string[]) => boolean): Promise<readonly string[]> {
    return await waitFor(what, async () => {
      const rows = await this.rows()
      return isSo(rows) ? rows : null
    }).catch(async (error: unknown) => {
      throw new Error(`not seen: ${what}\n${(await this.rows()).join('\n')}`, { cause: error })
    })
  }

  /** The terminal breaks the rows that stand there right before the program first draws for the new size. */
  async resize(rows: number, columns: number): Promise<void> {
    await this.#under.resize(rows, columns)
    await this.#take(await waitFor('something that fits the new size', () => this.#drawnFor(columns)))
    this.#terminal.resize(columns, rows)
  }

  async #take(end: number): Promise<void> {
    const text = this.#under.screen.slice(this.#taken, end)
    this.#taken = end
    await new Promise<void>((resolve) => this.#terminal.write(text, resolve))
  }

  /** Where what was drawn in one go begins, of all that is new the first that fits. */
  #drawnFor(columns: number): number | null {
    const fits = (drawn: string) =>
      drawn.split(/\r?\n/).every((row) => stripVTControlCharacters(row).trim().length <= columns)
    const all = this.#under.screen.slice(this.#taken).matchAll(atOnce)
    const first = all.find(([drawn]) => fits(drawn))
    return first === undefined ? null : this.#taken + first.index
  }

  get isCursorShown(): boolean {
    const { screen } = this.#under
    return screen.lastIndexOf('\x1b[?25h') >= screen.lastIndexOf('\x1b[?25l')
  }
}
