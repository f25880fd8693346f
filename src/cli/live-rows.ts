import truncatedWidth from 'fast-string-truncated-width'
import { sizeOf } from './terminal-line.ts'
import type { World } from './world.ts'

const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'
/** A terminal that knows it shows what lies between at once. */
const atOnce = ['\x1b[?2026h', '\x1b[?2026l'] as const

type Screen = Pick<World, 'stdout'>

/** Rows at the end of the screen that are drawn again in place, and are gone when it is disposed of. */
export class LiveRows implements Disposable {
  readonly #screen: Screen
  /** How wide each row is that stands there. */
  #drawn: readonly number[] = []

  constructor(screen: Screen) {
    this.#screen = screen
    screen.stdout.write(hideCursor)
  }

  /** With more rows than there is room for, the last: what goes on stands there. */
  draw(rows: readonly string[]): void {
    const { rows: height, columns } = sizeOf(this.#screen)
    const fit = rows.slice(-Math.max(height - 1, 1)).map((row) => cut(row, columns - 1))
    this.#write(`${this.#erasing(columns)}${fit.map(({ text }) => `${text}\n`).join('')}`)
    this.#drawn = fit.map(({ width }) => width)
  }

  /** Above the rows that are drawn, for good. */
  say(write: () => void): void {
    this.#clear()
    write()
  }

  [Symbol.dispose](): void {
    this.#clear()
    this.#screen.stdout.write(showCursor)
  }

  #clear(): void {
    this.#write(this.#erasing(sizeOf(this.#screen).columns))
    this.#drawn = []
  }

  /** A terminal that has become narrower has broken its rows. */
  #erasing(columns: number): string {
    const up = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    return up === 0 ? '' : `\x1b[${up}A\r\x1b[J`
  }

  #write(text: string): void {
    if (text !== '') this.#screen.stdout.write(`${atOnce[0]}${text}${atOnce[1]}`)
  }
}

interface Row {
  readonly text: string
  readonly width: number
}

function cut(row: string, limit: number): Row {
  const { width, index, ellipsed } = truncatedWidth(row, { limit, ellipsis: '…' })
  if (!ellipsed) return { text: row, width }
  // What was cut off may have been the end of a colour.
  return { text: `${row.slice(0, index)}…${row.includes('\x1b') ? '\x1b[0m' : ''}`, width: width + 1 }
}
