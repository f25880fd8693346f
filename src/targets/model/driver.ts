import type { InstanceDriver } from '../driver.ts'
import { type ModelHost, unreachable } from './host.ts'
import { calm, capabilities, type Decider, type Fate, type Verb } from './options.ts'
import { unlessAborted } from './waiting.ts'
import type { ModelWorld } from './world.ts'

export interface ModelDriverOptions {
  readonly world: ModelWorld
  readonly host: ModelHost
  /** What becomes of each call on its way. Nothing goes wrong when left out. */
  readonly decider?: Decider
  /** Whether the host can be reached now. */
  readonly isReachable?: () => boolean
}

/** The driver to a host of a model world. Its calls travel; what they have set off goes on when the caller is gone. */
export function modelDriver(options: ModelDriverOptions): InstanceDriver {
  const { host } = options
  const line = new WayToHost(options)
  return {
    kind: 'instances',
    name: 'model',
    can: capabilities,
    prepare: (release, order, signal) => line.call('prepare', signal, () => host.prepare(release, order)),
    place: (instances, order, signal) => line.call('place', signal, () => host.place(instances, order)),
    route: (routing, order, signal) => line.call('route', signal, () => host.route(routing, order)),
    reload: (instances, order, signal) => line.call('reload', signal, () => host.reload(instances, order)),
    share: (_release, _files, order, signal) => line.call('share', signal, () => host.share(order)),
    door: (track, door, signal) => line.call('door', signal, () => host.door(track, door)),
    drain: (instances, order, signal) => line.call('drain', signal, () => host.drain(instances, order)),
    remove: (instances, order, signal) => line.call('remove', signal, () => host.remove(instances, order)),
    observe: (track, signal) => line.call('observe', signal, () => host.observe(track)),
    traffic: (track, window, signal) => line.call('traffic', signal, () => host.traffic(track, window)),
    run: (oneOff, order, report, signal) =>
      line.call('run', signal, (isOpen) => host.run(oneOff, order, (said) => isOpen() && report(said))),
    end: (names, order, signal) => line.call('end', signal, () => host.end(names, order)),
    logs: (query, report, signal) =>
      line.call('logs', signal, (isOpen) =>
        host.logs(query, (instance, said) => isOpen() && report(instance, said), isOpen),
      ),
    keep: (track, digests, order, signal) => line.call('keep', signal, () => host.keep(track, digests, order)),
  }
}

/** What a call sets off on the host. `isOpen` tells whether the caller still listens. */
type Work<T> = (isOpen: () => boolean) => Promise<T>

class WayToHost {
  readonly #options: ModelDriverOptions
  readonly #decide: Decider

  constructor(options: ModelDriverOptions) {
    this.#options = options
    this.#decide = options.decider ?? calm
  }

  async call<T>(verb: Verb, signal: AbortSignal, work: Work<T>): Promise<T> {
    signal.throwIfAborted()
    let isOpen = true
    try {
      return await unlessAborted(
        signal,
        this.#exchange(this.#decide(verb), () => work(() => isOpen)),
      )
    } finally {
      isOpen = false
    }
  }

  async #exchange<T>(fate: Fate, work: () => Promise<T>): Promise<T> {
    await this.#travel(fate.requestMs)
    if (fate.breaks === 'before' || !this.#isReachable()) return this.#break(fate)
    if (fate.againAfterMs !== null) this.#again(fate.againAfterMs, work)
    const [outcome] = await Promise.allSettled([work()])
    await this.#travel(fate.replyMs)
    if (fate.breaks === 'after' || !this.#isReachable()) return this.#break(fate)
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  /** The same message once more. Nobody hears its answer. */
  #again(ms: number, work: () => Promise<unknown>): void {
    this.#options.world.after(ms, () => {
      if (this.#isReachable()) void Promise.allSettled([work()])
    })
  }

  #break(fate: Fate): Promise<never> {
    if (fate.silent) return new Promise<never>(() => {})
    return Promise.reject(unreachable(this.#options.host.name, 'the connection broke'))
  }

  #isReachable(): boolean {
    return this.#options.host.isUp && (this.#options.isReachable?.() ?? true)
  }

  #travel(ms: number): Promise<void> | undefined {
    return ms > 0 ? new Promise((resolve) => this.#options.world.after(ms, resolve)) : undefined
  }
}
