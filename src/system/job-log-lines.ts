import { isUtf8 } from 'node:buffer'

/** The longest text of one line; the rest is cut off and counted. */
const LONGEST_LINE_BYTES = 64 * 1024

/** How a NUL byte is shown: the picture of it, as UTF-8 bytes. */
const NUL_PICTURE = Buffer.from('\u2400').toString('latin1')

/**
 * Makes whole lines of the bytes of one stream. What comes out is valid UTF-8 without NUL bytes, so that the file can be
 * searched and shown by anything; what was neither is replaced. Works on text with one character per byte, as that is fastest.
 */
export class LineComposer {
  #begun = ''
  #cut = 0

  /** The lines that are complete now, each with the prefix; empty when there is none. */
  push(bytes: Uint8Array, prefix: string): Buffer {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const end = text.lastIndexOf('\n')
    this.#begin(text.slice(0, end === -1 ? text.length : text.indexOf('\n')))
    if (end === -1) return NOTHING
    const first = this.#finish()
    const others = text.slice(text.indexOf('\n'), end)
    this.#begin(text.slice(end + 1))
    return compose(first + (others.length > LONGEST_LINE_BYTES ? shorten(others) : others), prefix)
  }

  /** A last line without an end. */
  end(prefix: string): Buffer {
    return this.#begun === '' ? NOTHING : this.push(Buffer.from('\n'), prefix)
  }

  #begin(text: string): void {
    const room = LONGEST_LINE_BYTES - this.#begun.length
    this.#begun += text.slice(0, room)
    this.#cut += Math.max(0, text.length - room)
  }

  #finish(): string {
    const line = this.#cut === 0 ? this.#begun : this.#begun + cutMark(this.#cut)
    this.#begun = ''
    this.#cut = 0
    return line
  }
}

const NOTHING = Buffer.alloc(0)

/** Part of the text, so that a search finds it. */
function cutMark(bytes: number): string {
  return ` [${bytes} bytes cut]`
}

function shorten(lines: string): string {
  return lines.split('\n').map(shortenLine).join('\n')
}

function shortenLine(line: string): string {
  const excess = line.length - LONGEST_LINE_BYTES
  return excess <= 0 ? line : line.slice(0, LONGEST_LINE_BYTES) + cutMark(excess)
}

function compose(lines: string, prefix: string): Buffer {
  let text = `${lines}\n`
  if (text.includes('\r')) text = text.replaceAll('\r\n', '\n')
  if (text.includes('\0')) text = text.replaceAll('\0', NUL_PICTURE)
  const bytes = Buffer.from(`${prefix}${text.slice(0, -1).replaceAll('\n', `\n${prefix}`)}\n`, 'latin1')
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8'))
}
