import type { Clock } from '../lib/clock.ts'
import type { Store } from '../store/store.ts'

export interface Watching {
  /** Null: all, and the server as a whole. */
  readonly projects: readonly string[] | null
  readonly signal: AbortSignal
}

interface Waiting {
  readonly projects: readonly string[] | null
  readonly seen: number
  tell(seq: number): void
  fail(error: unknown): void
}

/** Short enough to feel live. */
const lookMs = 100

/**
 * The newest fact of each project, for all who watch: as long as somebody does, the journal is looked at once in a while,
 * and only those are woken of whose projects something was recorded. So many who watch cost no more than one.
 */
export class Newest {
  readonly #facts: Store['facts']
  readonly #clock: Clock
  readonly #byProject = new Map<string | null, number>()
  readonly #waiting = new Set<Waiting>()
  #seq: number
  #isLooking = false

  constructor({ facts }: Pick<Store, 'facts'>, clock: Clock) {
    this.#facts = facts
    this.#clock = clock
    this.#seq = facts.head().seq
  }

  /** The number of their newest fact, soon after it is above `seen`; the signal ends the wait with the one that is known. */
  beyond(seen: number, { projects, signal }: Watching): Promise<number> {
    const known = this.#newestOf(projects)
    if (known > seen || signal.aborted) return Promise.resolve(known)
    const { promise, resolve: tell, reject: fail } = Promise.withResolvers<number>()
    const waiting = { projects, seen, tell, fail }
    const leave = () => tell(known)
    signal.addEventListener('abort', leave)
    this.#waiting.add(waiting)
    if (!this.#isLooking) void this.#lookOn()
    return promise.finally(() => {
      this.#waiting.delete(waiting)
      signal.removeEventListener('abort', leave)
    })
  }

  async #lookOn(): Promise<void> {
    for (this.#isLooking = true; this.#waiting.size > 0; await this.#clock.sleep(lookMs)) this.#look()
    this.#isLooking = false
  }

  #look(): void {
    try {
      if (!this.#read()) return
      for (const { projects, seen, tell } of this.#waiting) {
        const seq = this.#newestOf(projects)
        if (seq > seen) tell(seq)
      }
    } catch (error) {
      for (const { fail } of this.#waiting) fail(error)
    }
  }

  /** Whether something was recorded since. */
  #read(): boolean {
    const added = this.#facts.projectsAfter(this.#seq)
    for (const { seq, project } of added) {
      this.#byProject.set(project, seq)
      this.#seq = seq
    }
    return added.length > 0
  }

  #newestOf(projects: readonly string[] | null): number {
    return projects === null ? this.#seq : Math.max(0, ...projects.map((project) => this.#newestOfOne(project)))
  }

  #newestOfOne(project: string): number {
    const known = this.#byProject.get(project)
    if (known !== undefined) return known
    const seq = this.#facts.newestOf(project)
    this.#byProject.set(project, seq)
    return seq
  }
}
