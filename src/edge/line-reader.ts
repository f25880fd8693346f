/** Cuts bytes into lines of UTF-8 text. */
export class LineReader {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that are whole now, without empty ones; null when one is longer than the limit. */
  add(bytes: Buffer): readonly string[] | null {
    const lines: string[] = []
    let start = 0
    for (let end = bytes.indexOf(lf); end !== -1; end = bytes.indexOf(lf, start)) {
      this.#parts.push(bytes.subarray(start, end))
      const line = Buffer.concat(this.#parts).toString('utf8')
      if (line !== '') lines.push(line)
      this.#parts = []
      this.#bytes = 0
      start = end + 1
    }
    this.#parts.push(bytes.subarray(start))
    this.#bytes += bytes.length - start
    return this.#bytes > this.#maxBytes ? null : lines
  }
}

const lf = 0x0a
