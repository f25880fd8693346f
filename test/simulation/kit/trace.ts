import { hashOf } from './random.ts'

/** Told of every step when a run is replayed for reading. */
export type Listener = (atMs: number, label: string, detail: string | number) => void

/**
 * What happened, as one running hash of time, label and detail. Two runs of one seed must end with the same hash;
 * when they do not, something in the program is not decided by the seed.
 */
export class Trace {
  readonly #hashes = new Map<string, number>()
  readonly #listener: Listener | null
  #high = 0x1234567
  #low = 0x89abcdef
  #length = 0

  constructor(listener: Listener | null = null) {
    this.#listener = listener
  }

  add(atMs: number, label: string, detail: string | number = 0): void {
    this.#length += 1
    this.#mix(atMs | 0)
    this.#mix(this.#hash(label))
    this.#mix(typeof detail === 'number' ? detail | 0 : this.#hash(detail))
    this.#listener?.(atMs, label, detail)
  }

  /** Whether somebody reads along. */
  get isRead(): boolean {
    return this.#listener !== null
  }

  /** For whoever reads along; no part of the hash. */
  note(atMs: number, label: string, detail: string): void {
    this.#listener?.(atMs, label, detail)
  }

  get length(): number {
    return this.#length
  }

  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193)
    this.#high = Math.imul((this.#high << 5) ^ (this.#high >>> 27) ^ this.#low, 0x85ebca6b)
  }

  /** Labels and names come again and again: each is hashed once. */
  #hash(text: string): number {
    const known = this.#hashes.get(text)
    if (known !== undefined) return known
    const hash = hashOf(text)
    this.#hashes.set(text, hash)
    return hash
  }
}
