/** Reads a known number of bytes from a stream, and hands on what is left of it. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]()
  }

  /** Exactly `count` bytes; null when the stream ends before. */
  async take(count: number): Promise<Buffer | null> {
    while (this.#held.length < count) {
      const next = await this.#iterator.next()
      if (next.done === true) return null
      this.#held = Buffer.concat([this.#held, next.value])
    }
    const taken = this.#held.subarray(0, count)
    this.#held = this.#held.subarray(count)
    return taken
  }

  /** `first`, and then everything that was not taken. */
  async *restAfter(first: Uint8Array): AsyncGenerator<Uint8Array> {
    if (first.length > 0) yield first
    if (this.#held.length > 0) yield this.#held
    yield* { [Symbol.asyncIterator]: () => this.#iterator }
  }

  /** Reads the rest and drops it: a client that is still sending does not look at an answer. */
  async skip(): Promise<void> {
    this.#held = Buffer.alloc(0)
    for (let next = await this.#iterator.next(); next.done !== true; next = await this.#iterator.next());
  }
}
