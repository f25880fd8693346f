import { Fault } from '../../../../src/lib/fault.ts'
import type { Artifacts } from '../../../../src/runner/runner.ts'
import type { Random } from '../../kit/random.ts'
import { asked, type Outside } from './outside.ts'

/** The archives on the server's disk. */
export class Archives {
  readonly stored = new Set<string>()
  readonly #random: Random
  /** Told before one is removed. */
  onRemove: (digest: string) => void = () => {}

  constructor(random: Random) {
    this.#random = random
  }

  /** As one life of the server has them. */
  of(outside: Outside): Artifacts {
    const soon = (label: string, typicalMs: number) => ({ label, afterMs: this.#random.heavyTail(typicalMs, 2000) })
    return {
      verify: (digest) =>
        asked(outside, soon('archive is read', 40), () => {
          if (!this.stored.has(digest)) throw new Fault('artifact.missing', { details: { digest } })
        }),
      list: () => asked(outside, soon('archives are listed', 2), () => [...this.stored]),
      remove: (digest) =>
        asked(outside, { label: 'archive is removed', afterMs: 1 }, () => {
          this.onRemove(digest)
          this.stored.delete(digest)
        }),
    }
  }
}
