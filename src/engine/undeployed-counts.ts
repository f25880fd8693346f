import { messageOf } from '../lib/fault.ts'
import type { Parts } from './parts.ts'
import { undeployed } from './undeployed.ts'

/** How many changes wait to come to a track; `isMore` when they are more than are ever looked at. */
export interface UndeployedCount {
  readonly count: number
  readonly isMore: boolean
}

export interface CountedTrack {
  readonly id: string
  readonly project: string
  readonly app: string
  readonly environment: string
  /** As long as this is the same, so is the count. */
  readonly asOf: string
}

/** Looks at a time: each asks git. */
const atOnce = 4

/**
 * The counts of undeployed changes, kept until somebody pushes or something else becomes live. Git is asked for those that
 * are not known; whoever looks waits for that a moment and no longer, and the next one finds what was counted since.
 */
export class UndeployedCounts {
  readonly #parts: Parts
  readonly #known = new Map<string, { readonly asOf: string; readonly count: UndeployedCount | null }>()
  readonly #wanted = new Map<string, CountedTrack>()
  #looking: Promise<void> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Null while it is not known, or cannot be told. */
  get({ id, asOf }: CountedTrack): UndeployedCount | null {
    const known = this.#known.get(id)
    return known?.asOf === asOf ? known.count : null
  }

  async look(tracks: readonly CountedTrack[], limitMs: number): Promise<void> {
    for (const track of tracks) if (this.#known.get(track.id)?.asOf !== track.asOf) this.#wanted.set(track.id, track)
    if (this.#wanted.size === 0) return
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = null
    })
    const over = new AbortController()
    const pause = this.#parts.clock.sleep(limitMs, over.signal).catch(() => {}) // All is counted.
    await Promise.race([this.#looking, pause])
    over.abort()
  }

  async #lookAll(): Promise<void> {
    await Promise.all(Array.from({ length: atOnce }, () => this.#lookOn()))
  }

  async #lookOn(): Promise<void> {
    for (let next = this.#take(); next !== null; next = this.#take()) {
      this.#known.set(next.id, { asOf: next.asOf, count: await this.#count(next) })
    }
  }

  #take(): CountedTrack | null {
    const [first = null] = this.#wanted.values()
    if (first !== null) this.#wanted.delete(first.id)
    return first
  }

  async #count(track: CountedTrack): Promise<UndeployedCount | null> {
    try {
      const [found] = await undeployed(this.#parts, track)
      return found === undefined ? null : { count: found.changes.length, isMore: found.isCut }
    } catch (error) {
      this.#parts.log.debug('undeployed changes not counted', { track: track.id, problem: messageOf(error) })
      return null
    }
  }
}
