import type { Clock } from '../../lib/clock.ts'
import type { OneOff, Order, ReleaseOnTarget } from '../driver.ts'
import { ModelHost } from './host.ts'
import type { ModelInstance } from './instance.ts'
import { type Behaviour, quickScript, type Script, wellBehaved } from './options.ts'

/** What went on, for whoever watches: invariants, traces, a demonstration. */
export type Happening =
  | { readonly what: 'admitted' | 'refused'; readonly host: ModelHost; readonly verb: string; readonly order: Order }
  | { readonly what: 'started' | 'stopping'; readonly host: ModelHost; readonly instance: ModelInstance }
  | { readonly what: 'routed'; readonly host: ModelHost; readonly track: string; readonly instances: readonly string[] }
  | { readonly what: 'executed'; readonly host: ModelHost; readonly oneOff: OneOff }

export interface WorldOptions {
  readonly clock: Clock
  readonly watch?: (happening: Happening) => void
  /** False for targets that do what a late command says, as no real one must. */
  readonly fenced?: boolean
}

/** Everything outside the server, in memory: archives and how their releases behave, hosts, and the commands run there. */
export class ModelWorld {
  readonly clock: Clock
  readonly hosts = new Map<string, ModelHost>()
  readonly fenced: boolean
  readonly #watch: (happening: Happening) => void
  readonly #behaviours = new Map<string, Behaviour>()
  readonly #scripts = new Map<string, Script>()
  readonly #end = new AbortController()
  #pids = 1000

  constructor({ clock, watch = () => {}, fenced = true }: WorldOptions) {
    this.clock = clock
    this.fenced = fenced
    this.#watch = watch
  }

  host(name: string): ModelHost {
    const known = this.hosts.get(name) ?? new ModelHost(name, this)
    this.hosts.set(name, known)
    return known
  }

  /** A release is built; from now on it behaves like this. */
  publish(release: ReleaseOnTarget, behaviour: Partial<Behaviour> = {}): void {
    this.#behaviours.set(release.digest, { ...wellBehaved, ...behaviour })
  }

  behaviourOf(digest: string): Behaviour {
    return this.#behaviours.get(digest) ?? { ...wellBehaved, archive: 'missing' }
  }

  /** What a one-off does whose first word is this. */
  teach(word: string, script: Script): void {
    this.#scripts.set(word, script)
  }

  scriptOf(oneOff: OneOff): Script {
    return this.#scripts.get(oneOff.argv[0] ?? '') ?? quickScript
  }

  happened(happening: Happening): void {
    this.#watch(happening)
  }

  newPid(): number {
    this.#pids += 1
    return this.#pids
  }

  /** Unless the world has ended by then. */
  after(ms: number, act: () => void): void {
    const signal = this.#end.signal
    this.clock.sleep(ms, signal).then(act, (error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  [Symbol.dispose](): void {
    this.#end.abort()
  }
}
