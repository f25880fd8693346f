import { BadMessage } from './bad-message.ts'
import { type ChunkMode, ChunkReader } from './chunks.ts'
import { isTokenOctet } from './fields.ts'
import { chunked, type Framing, untilClose } from './framing.ts'

/** Who is told what a connection's bytes mean. */
export interface MessageEvents {
  /** A whole head as latin1 text, without the empty line at its end; says how the body ends. */
  onHead(text: string): Framing
  onBody(bytes: Buffer): void
  onMessageEnd(): void
}

/**
 * Cuts the bytes of one connection into messages. Knows nothing of what heads say: it asks `onHead`. Any cutting of the
 * same bytes gives the same events. Throws BadMessage, after which it must not be used again.
 */
export class MessageReader {
  /** For the next chunked body; set it in `onHead`. */
  chunkMode: ChunkMode = 'whole'
  readonly #events: MessageEvents
  readonly #maxHeadBytes: number
  #framing: Framing = 0
  #inHead = true
  /** Of a body with a length. */
  #left = 0
  #chunks: ChunkReader | null = null
  /** The beginning of a head whose end has not come. */
  #held: Buffer | null = null
  #heldBytes = 0
  readonly #keep: (part: Buffer) => void

  constructor(events: MessageEvents, maxHeadBytes: number) {
    this.#events = events
    this.#maxHeadBytes = maxHeadBytes
    this.#keep = (part) => events.onBody(part)
  }

  /** True when not a byte of the next message has come. */
  get isBetween(): boolean {
    return this.#inHead && this.#heldBytes === 0
  }

  /** Reads up to the end of the head or of the message, whichever is first, and says how many bytes that took. */
  read(bytes: Buffer): number {
    if (this.#inHead) return this.#readHead(bytes)
    if (this.#framing === chunked) return this.#readChunks(bytes)
    return this.#readPlain(bytes)
  }

  /** The sender has closed: whether that was the end of a message. */
  close(): boolean {
    if (this.#inHead || this.#framing !== untilClose) return false
    this.#end()
    return true
  }

  #readHead(bytes: Buffer): number {
    if (this.#heldBytes > 0) return this.#readHeldHead(bytes)
    const end = bytes.indexOf('\r\n\r\n', 0, 'latin1')
    if (end === -1) return this.#hold(bytes)
    if (end > this.#maxHeadBytes) throw this.#tooLong()
    this.#begin(bytes.toString('latin1', 0, end))
    return end + 4
  }

  #readHeldHead(bytes: Buffer): number {
    const before = this.#heldBytes
    this.#append(bytes)
    const held = this.#held as Buffer
    const end = held.subarray(0, this.#heldBytes).indexOf('\r\n\r\n', Math.max(0, before - 3), 'latin1')
    if (end === -1) return this.#mayGoOn(bytes.length, before)
    if (end > this.#maxHeadBytes) throw this.#tooLong()
    this.#held = null
    this.#heldBytes = 0
    this.#begin(held.toString('latin1', 0, end))
    return end + 4 - before
  }

  #hold(bytes: Buffer): number {
    this.#append(bytes)
    return this.#mayGoOn(bytes.length, 0)
  }

  /** Room doubles, so that a head that comes byte by byte costs no more than twice its size. */
  #append(bytes: Buffer): void {
    const size = this.#heldBytes + bytes.length
    if (this.#held === null || this.#held.length < size) {
      const larger = Buffer.allocUnsafeSlow(Math.max(256, size, (this.#held?.length ?? 0) * 2))
      this.#held?.copy(larger, 0, 0, this.#heldBytes)
      this.#held = larger
    }
    bytes.copy(this.#held, this.#heldBytes)
    this.#heldBytes = size
  }

  /** What can no longer become a head is refused now rather than when time is up. */
  #mayGoOn(taken: number, before: number): number {
    const held = this.#held as Buffer
    if (this.#heldBytes > this.#maxHeadBytes + 3) throw this.#tooLong()
    const first = held[0] ?? 0
    if (before === 0 && !isTokenOctet(first) && first !== cr) throw new BadMessage(400, 'bytes that are not HTTP')
    for (let at = held.indexOf(lf, before); at !== -1 && at < this.#heldBytes; at = held.indexOf(lf, at + 1)) {
      if (held[at - 1] !== cr) throw new BadMessage(400, 'a line end that is not CRLF')
    }
    return taken
  }

  #tooLong(): BadMessage {
    return new BadMessage(431, `a head of more than ${this.#maxHeadBytes} bytes`)
  }

  #begin(text: string): void {
    this.#framing = this.#events.onHead(text)
    if (this.#framing === 0) {
      this.#events.onMessageEnd()
      return
    }
    this.#inHead = false
    this.#left = this.#framing
    if (this.#framing === chunked) this.#chunks = new ChunkReader(this.chunkMode)
  }

  #readChunks(bytes: Buffer): number {
    const chunks = this.#chunks as ChunkReader
    const taken = chunks.read(bytes, this.#keep)
    if (chunks.isDone) this.#end()
    return taken
  }

  #readPlain(bytes: Buffer): number {
    if (this.#framing === untilClose || bytes.length < this.#left) {
      this.#left -= bytes.length
      this.#events.onBody(bytes)
      return bytes.length
    }
    const taken = this.#left
    this.#left = 0
    this.#events.onBody(bytes.length === taken ? bytes : bytes.subarray(0, taken))
    this.#end()
    return taken
  }

  #end(): void {
    this.#inHead = true
    this.#chunks = null
    this.#events.onMessageEnd()
  }
}

const cr = 0x0d
const lf = 0x0a
