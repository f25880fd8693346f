/**
 * Seeded randomness. The same seed gives the same numbers on every machine. Each purpose draws from a stream of its own,
 * found by name, so that one more draw for the network does not change what the workload does.
 */
export class Random {
  readonly #path: string
  readonly #streams = new Map<string, Random>()
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number | string) {
    this.#path = String(seed)
    const hash = hashOf(this.#path)
    this.#a = hash
    this.#b = Math.imul(hash, 0x9e3779b1)
    this.#c = hash ^ 0x2545f491
    for (let round = 0; round < 12; round += 1) this.#next()
  }

  /** The stream of this name: always the same object, and independent of what was drawn elsewhere. */
  stream(name: string): Random {
    const known = this.#streams.get(name)
    if (known) return known
    const stream = new Random(`${this.#path}/${name}`)
    this.#streams.set(name, stream)
    return stream
  }

  /** From 0 up to, but not including, 1. */
  fraction(): number {
    return this.#next() / 0x1_0000_0000
  }

  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number {
    return Math.floor(this.fraction() * below)
  }

  /** A whole number from `from` to `to`, both possible. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1)
  }

  /** True in this share of cases. Draws even when the answer is certain, so that switching a fault off changes nothing else. */
  chance(share: number): boolean {
    return this.fraction() < share
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** Mostly near `typical`, seldom up to `worst`: how long things take in real life. */
  heavyTail(typical: number, worst: number): number {
    const position = this.fraction()
    return Math.round(typical * 0.5 + typical * position + (worst - typical) * position ** 24)
  }

  /** A whole number of 32 bits, by the generator sfc32. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }
}

/** 32 bits of a text (FNV-1a with a final mix). Not for secrets; for seeds and traces. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
