import { type Automaton, automaton } from './redact-automaton.ts'
import { EscapeReader } from './redact-escape.ts'
import { SHORTEST_SECRET, variantsOf } from './redact-variants.ts'

/** What stands in a text where a secret was. */
export const MASK = '***'

/** Hides known secrets in text. Which spellings are found: `variantsOf`. It helps against mistakes, not against a program that wants to betray. */
export interface Redactor {
  text(text: string): string
  /** For one stream of bytes: finds secrets across the borders of chunks, and with colour codes strewn in. */
  stream(): RedactionStream
}

export interface RedactionStream {
  /** What can be shown by now. The beginning of what may become a secret is held back until the next bytes decide. */
  push(bytes: Uint8Array): Uint8Array
  /** The rest. */
  end(): Uint8Array
}

/** Whether a secret is long enough to be hidden. */
export function isMaskable(secret: string): boolean {
  return secret.trim().length >= SHORTEST_SECRET
}

export function redactor(secrets: Iterable<string>): Redactor {
  const patterns = [...secrets].flatMap(variantsOf)
  if (patterns.length === 0) return { text: (text) => text, stream: passThrough }
  const finder = automaton(patterns)
  const stream = () => new Masking(finder)
  return {
    stream,
    text(text) {
      const masking = stream()
      return Buffer.concat([masking.push(Buffer.from(text, 'utf8')), masking.end()]).toString('utf8')
    },
  }
}

function passThrough(): RedactionStream {
  return { push: (bytes) => bytes, end: () => NOTHING }
}

const NOTHING = new Uint8Array(0)
const MASK_BYTES = Buffer.from(MASK, 'latin1')
const ESCAPE = 0x1b

/** A stretch to hide, in positions of the whole stream. */
interface Stretch {
  start: number
  end: number
  /** Its mask has been given out; only the rest is to be left out. */
  isMasked: boolean
}

/** A second reader that does not see escape sequences; alive only while it may find something the first one cannot. */
interface Unescaped {
  state: number
  readonly escape: EscapeReader
  /** Where the bytes that led to `state` stand. */
  readonly positions: number[]
}

class Masking implements RedactionStream {
  readonly #finder: Automaton
  #state = 0
  #unescaped: Unescaped | null = null
  /** Not given out yet; its first byte stands at `#start` of the stream. */
  #held: Uint8Array = NOTHING
  #start = 0
  #stretches: Stretch[] = []

  constructor(finder: Automaton) {
    this.#finder = finder
  }

  push(bytes: Uint8Array): Uint8Array {
    const buffer = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    for (let index = this.#held.length; index < buffer.length; ) {
      index = this.#unescaped === null ? this.#runFast(buffer, index) : this.#runBoth(buffer, index)
    }
    return this.#release(buffer, this.#start + buffer.length - this.#undecided(buffer.length))
  }

  end(): Uint8Array {
    const rest = this.#release(this.#held, this.#start + this.#held.length)
    this.#state = 0
    this.#unescaped = null
    return rest
  }

  /** How many of the last bytes may still become part of a secret. */
  #undecided(length: number): number {
    const plain = this.#finder.depth[this.#state] ?? 0
    const first = this.#unescaped?.positions[0]
    return first === undefined ? plain : Math.max(plain, this.#start + length - first)
  }

  /** The hot loop. Runs until the end, or to an escape sequence in the middle of what may be a secret. */
  #runFast(buffer: Uint8Array, from: number): number {
    const { rows, rowCount, matched, depth, step } = this.#finder
    let state = this.#state
    let index = from
    for (; index < buffer.length; index++) {
      const byte = buffer[index] as number
      if (byte === ESCAPE && depth[state] !== 0) {
        this.#unescaped = this.#fork(state, this.#start + index)
        break
      }
      state = state < rowCount ? (rows[(state << 8) | byte] as number) : step(state, byte)
      if (matched[state] !== 0)
        this.#hide(this.#start + index + 1 - (matched[state] as number), this.#start + index + 1)
    }
    this.#state = state
    return index
  }

  #fork(state: number, position: number): Unescaped {
    const length = this.#finder.depth[state] ?? 0
    return {
      state,
      escape: new EscapeReader(),
      positions: Array.from({ length }, (_, index) => position - length + index),
    }
  }

  /** Both readers, byte by byte, until the second one knows no more than the first. */
  #runBoth(buffer: Uint8Array, from: number): number {
    let index = from
    for (; index < buffer.length && this.#unescaped !== null; index++) {
      const byte = buffer[index] as number
      const position = this.#start + index
      this.#state = this.#finder.step(this.#state, byte)
      const length = this.#finder.matched[this.#state] ?? 0
      if (length > 0) this.#hide(position + 1 - length, position + 1)
      this.#unescaped = this.#stepUnescaped(this.#unescaped, byte, position)
    }
    return index
  }

  #stepUnescaped(reader: Unescaped, byte: number, position: number): Unescaped | null {
    const isText = reader.escape.isText(byte)
    if (reader.escape.isTooLong) return null
    if (!isText) return reader
    reader.state = this.#finder.step(reader.state, byte)
    reader.positions.push(position)
    const length = this.#finder.matched[reader.state] ?? 0
    if (length > 0) this.#hide(reader.positions.at(-length) ?? position, position + 1)
    const depth = this.#finder.depth[reader.state] ?? 0
    reader.positions.splice(0, reader.positions.length - depth)
    const isUnbroken = depth === 0 || reader.positions[0] === position + 1 - depth
    return isUnbroken ? null : reader
  }

  #hide(from: number, to: number): void {
    let stretch: Stretch = { start: from, end: to, isMasked: false }
    for (
      let last = this.#stretches.at(-1);
      last !== undefined && last.end >= stretch.start;
      last = this.#stretches.at(-1)
    ) {
      const isMasked = last.isMasked || stretch.isMasked
      stretch = { start: Math.min(last.start, stretch.start), end: Math.max(last.end, stretch.end), isMasked }
      this.#stretches.pop()
    }
    this.#stretches.push(stretch)
  }

  /** Gives out everything before `limit` and keeps the rest. */
  #release(buffer: Uint8Array, limit: number): Uint8Array {
    const origin = this.#start
    const parts: Uint8Array[] = []
    let from = origin
    while (this.#stretches[0] !== undefined && this.#stretches[0].start < limit) {
      const stretch = this.#stretches[0]
      parts.push(buffer.subarray(from - origin, stretch.start - origin))
      if (!stretch.isMasked) parts.push(MASK_BYTES)
      from = Math.min(stretch.end, limit)
      if (stretch.end > limit) {
        this.#stretches[0] = { start: limit, end: stretch.end, isMasked: true }
        break
      }
      this.#stretches.shift()
    }
    if (from < limit) parts.push(buffer.subarray(from - origin, limit - origin))
    this.#held = buffer.slice(limit - origin)
    this.#start = limit
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
  }
}
