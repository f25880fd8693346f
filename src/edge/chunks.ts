import { BadMessage } from './bad-message.ts'
import { isTokenOctet } from './fields.ts'

/**
 * What is handed on of a chunked body: `payload` is the data alone, without chunk extensions and trailers; `whole` is every
 * octet as it came.
 */
export type ChunkMode = 'payload' | 'whole'

const maxSizeDigits = 12
const maxExtensionBytes = 1024
const maxTrailerBytes = 16 * 1024

const cr = 0x0d
const lf = 0x0a
const semicolon = 0x3b

const sizeStart = 0
const sizeDigits = 1
const extension = 2
const sizeLf = 3
const data = 4
const dataCr = 5
const dataLf = 6
const lineStart = 7
const trailerName = 8
const trailerValue = 9
const trailerLf = 10
const lastLf = 11
const done = 12

/** Reads a chunked body from pieces of any size. Throws BadMessage 400. */
export class ChunkReader {
  readonly #mode: ChunkMode
  #state = sizeStart
  /** Of the chunk's size, then of its data. */
  #left = 0
  #digits = 0
  /** Of the extension, or of all trailers. */
  #counted = 0

  constructor(mode: ChunkMode) {
    this.#mode = mode
  }

  get isDone(): boolean {
    return this.#state === done
  }

  /** Takes from `bytes` what belongs to this body, hands on what the mode says, and tells how much it took. */
  read(bytes: Buffer, keep: (part: Buffer) => void): number {
    let index = 0
    while (index < bytes.length && this.#state !== done) {
      if (this.#state === data) index += this.#take(bytes, index, keep)
      else this.#step(bytes[index++] ?? 0)
    }
    if (this.#mode === 'whole' && index > 0) keep(part(bytes, 0, index))
    return index
  }

  #take(bytes: Buffer, from: number, keep: (part: Buffer) => void): number {
    const taken = Math.min(bytes.length - from, this.#left)
    this.#left -= taken
    if (this.#left === 0) this.#state = dataCr
    if (this.#mode === 'payload') keep(part(bytes, from, from + taken))
    return taken
  }

  #step(octet: number): void {
    switch (this.#state) {
      case sizeStart:
      case sizeDigits:
        this.#onSize(octet)
        return
      case extension:
        this.#onExtension(octet)
        return
      case sizeLf:
        this.#expect(octet, lf)
        this.#state = this.#left > 0 ? data : lineStart
        this.#counted = 0
        return
      case dataCr:
        this.#move(octet, cr, dataLf)
        return
      case dataLf:
        this.#move(octet, lf, sizeStart)
        return
      case trailerLf:
        this.#move(octet, lf, lineStart)
        return
      case lastLf:
        this.#move(octet, lf, done)
        return
      default:
        this.#onTrailer(octet)
        return
    }
  }

  #onSize(octet: number): void {
    const digit = hexDigit(octet)
    if (digit >= 0) {
      if (this.#state === sizeStart) this.#left = this.#digits = 0
      if (++this.#digits > maxSizeDigits) throw new BadMessage(400, 'a chunk size that is too long')
      this.#left = this.#left * 16 + digit
      this.#state = sizeDigits
    } else if (this.#state === sizeDigits && octet === cr) {
      this.#state = sizeLf
    } else if (this.#state === sizeDigits && octet === semicolon) {
      this.#counted = 0
      this.#state = extension
    } else {
      throw new BadMessage(400, 'a chunk size that is not a hexadecimal number')
    }
  }

  #onExtension(octet: number): void {
    if (octet === cr) {
      this.#state = sizeLf
      return
    }
    this.#count(octet, maxExtensionBytes)
  }

  #onTrailer(octet: number): void {
    if (this.#state === lineStart && octet === cr) {
      this.#state = lastLf
      return
    }
    if (this.#state === trailerValue && octet === cr) {
      this.#state = trailerLf
      return
    }
    this.#count(octet, maxTrailerBytes)
    if (this.#state === trailerValue) return
    if (this.#state === trailerName && octet === colon) this.#state = trailerValue
    else if (isTokenOctet(octet)) this.#state = trailerName
    else throw new BadMessage(400, 'a trailer that is not a header line')
  }

  #count(octet: number, limit: number): void {
    if ((octet < 0x20 && octet !== tab) || octet === 0x7f) throw new BadMessage(400, 'a control character among chunks')
    if (++this.#counted > limit) throw new BadMessage(400, 'chunk extensions or trailers that are too long')
  }

  #expect(octet: number, wanted: number): void {
    if (octet !== wanted) throw new BadMessage(400, 'a chunk that does not end where its size says')
  }

  #move(octet: number, wanted: number, next: number): void {
    this.#expect(octet, wanted)
    this.#state = next
  }
}

const colon = 0x3a
const tab = 0x09

function part(bytes: Buffer, from: number, to: number): Buffer {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to)
}

const crlf = Buffer.from('\r\n')

/** One chunk with this data, for `socket.write` piece by piece. */
export function chunkOf(bytes: Buffer): readonly [string, Buffer, Buffer] {
  return [`${bytes.length.toString(16)}\r\n`, bytes, crlf]
}

export const lastChunk = '0\r\n\r\n'

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const lower = octet | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
