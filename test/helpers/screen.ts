import { createRequire } from 'node:module'
import type { TerminalUnderTest } from './terminal.ts'
import { waitFor } from './wait-for.ts'

// It is made for require() alone.
const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless')

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
    const text = this.#under.screen.slice(this.#taken)
    this.#taken += text.length
    await new Promise<void>((resolve) => this.#terminal.write(text, resolve))
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

  /** The terminal breaks its rows before the program hears of it. */
  async resize(rows: number, columns: number): Promise<void> {
    await this.rows()
    this.#terminal.resize(columns, rows)
    await this.#under.resize(rows, columns)
  }

  get isCursorShown(): boolean {
    const { screen } = this.#under
    return screen.lastIndexOf('\x1b[?25h') >= screen.lastIndexOf('\x1b[?25l')
  }
}
