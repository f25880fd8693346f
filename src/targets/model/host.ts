import { Fault } from '../../lib/fault.ts'
import type {
  Door,
  DrainAccount,
  InstanceSpec,
  Line,
  LogQuery,
  Observation,
  OneOff,
  OneOffResult,
  Order,
  ReleaseOnTarget,
  Routing,
  StopAccount,
  StopOrder,
  Traffic,
} from '../driver.ts'
import { ModelEdge } from './edge.ts'
import { type Machine, ModelInstance } from './instance.ts'
import { ModelOneOff } from './one-off.ts'
import { Waiting } from './waiting.ts'
import type { ModelWorld } from './world.ts'

/** How long the host takes over small things, in milliseconds: to unpack, to start a process, to tell the edge. */
const unpackMs = 30
const spawnMs = 5
const tellEdgeMs = 3

type LogReport = (instance: string, line: Line) => void

/** How often an instance may exit within one start before place gives it up. */
const exitsUntilGivenUp = 3

/** One machine: its instances, its edge, and what it remembers of the commands it was given. */
export class ModelHost {
  readonly name: string
  readonly edge: ModelEdge
  readonly instances = new Map<string, ModelInstance>()
  readonly oneOffs = new Map<string, ModelOneOff>()
  readonly doors = new Map<string, Door>()
  readonly #world: ModelWorld
  readonly #machine: Machine
  readonly #fences = new Map<string, number>()
  readonly #unpacked = new Map<string, Set<string>>()
  readonly #logListeners = new Set<(instance: ModelInstance, line: Line) => void>()
  readonly #waiting = new Waiting()
  #supervising = true
  /** Rises when the host goes down: calls that were in progress then are lost. */
  #life = 0

  constructor(name: string, world: ModelWorld) {
    this.name = name
    this.#world = world
    this.#machine = this.#machineOf(world)
    this.edge = new ModelEdge({ ...this.#machine, instance: (instance) => this.instances.get(instance) })
  }

  // ---- the verbs of the contract, as they happen on the host ----

  async prepare(release: ReleaseOnTarget, order: Order): Promise<void> {
    this.#admit(order, 'prepare')
    const { digest } = release
    if (this.#has(order.track, digest)) return
    await this.#pause(unpackMs, order)
    const { archive } = this.#world.behaviourOf(digest)
    if (archive !== 'there') throw new Fault(`artifact.${archive}`, { details: { digest } })
    this.unpacked(order.track).add(digest)
  }

  async place(specs: readonly InstanceSpec[], order: Order): Promise<void> {
    this.#admit(order, 'place')
    const calledAt = this.#world.clock.monotonic()
    for (const spec of specs) {
      const isGoing = () => this.instances.get(spec.name)?.isStopping === true
      if (isGoing()) await this.#until(order, () => !isGoing() || undefined)
      if (this.#start(spec)) await this.#pause(spawnMs, order)
    }
    for (const spec of specs) this.#lookAtEndOf(spec, calledAt)
    await this.#until(order, () => this.#areHealthy(specs, calledAt))
  }

  async route(routing: Routing, order: Order): Promise<void> {
    this.#admit(order, 'route')
    await this.#until(order, () => routing.instances.every((name) => !this.#isComing(name, order.track)) || undefined)
    for (const name of routing.instances) this.#refuseUnfit(name, order.track)
    await this.door(order.track, routing.door)
    this.edge.route(order.track, routing)
    this.#world.happened({ what: 'routed', host: this, track: order.track, instances: routing.instances })
    await this.#pause(tellEdgeMs, order)
  }

  async reload(specs: readonly InstanceSpec[], order: Order): Promise<void> {
    this.#admit(order, 'reload')
    const calledAt = this.#world.clock.monotonic()
    for (const spec of specs) {
      const known = this.instances.get(spec.name)
      if (known === undefined || known.isStopping) this.#start(spec)
      else if (!this.#has(spec.track, spec.release.digest))
        throw this.#refusal(`${spec.release.version} is not prepared`)
      else known.become(spec, this.#world.behaviourOf(spec.release.digest))
      this.#lookAtEndOf(spec, calledAt)
    }
    await this.#pause(spawnMs, order)
    await this.#until(order, () => this.#areHealthy(specs, calledAt))
  }

  /** Its releases have no files. */
  async share(order: Order): Promise<void> {
    this.#admit(order, 'share')
  }

  async door(track: string, door: Door): Promise<void> {
    const known = this.doors.get(track)
    if (known === undefined || known.version < door.version) this.doors.set(track, door)
  }

  async drain(stops: readonly StopOrder[], order: Order): Promise<readonly DrainAccount[]> {
    this.#admit(order, 'drain')
    return Promise.all(stops.map((stop) => this.#drainOne(stop, order)))
  }

  async remove(stops: readonly StopOrder[], order: Order): Promise<readonly StopAccount[]> {
    this.#admit(order, 'remove')
    const names = stops.map((stop) => stop.name)
    if (this.edge.routed(order.track).some((name) => names.includes(name))) {
      this.edge.leave(order.track, names)
      await this.#pause(tellEdgeMs, order)
    }
    const accounts = new Map<string, StopAccount>()
    for (const stop of stops) {
      void this.#stop(stop).then((account) => {
        accounts.set(stop.name, account)
        this.#waiting.changed()
      })
    }
    await this.#until(order, () => accounts.size === new Set(names).size || undefined)
    return [...accounts.values()]
  }

  async observe(track: string): Promise<Observation> {
    const instances = this.#of(track).map((instance) => instance.observed())
    return { at: this.#world.clock.now(), instances, routed: this.edge.routed(track) }
  }

  async traffic(track: string, window: 'open' | 'close' | 'look'): Promise<Traffic> {
    return this.edge.traffic(track, window)
  }

  async run(oneOff: OneOff, order: Order, report: (line: Line) => void): Promise<OneOffResult> {
    this.#admit(order, 'run')
    const begun = () => this.oneOffs.get(oneOff.name) ?? this.#execute(oneOff)
    const command = await this.#until(order, () => (this.#mayRun(oneOff) ? begun() : undefined))
    for (const line of command.lines) report(line)
    command.listeners.add(report)
    try {
      return await this.#until(order, () => command.result ?? undefined)
    } finally {
      command.listeners.delete(report)
    }
  }

  async end(names: readonly string[], order: Order): Promise<void> {
    this.#admit(order, 'end')
    for (const name of names) this.oneOffs.get(name)?.terminate()
  }

  /** Followed, it goes on as long as the caller listens. */
  async logs(query: LogQuery, report: LogReport, isOpen: () => boolean): Promise<void> {
    const isAsked = ({ spec }: ModelInstance) =>
      spec.track === query.track && (query.process === null || spec.process === query.process)
    for (const { spec, lines } of [...this.instances.values()].filter(isAsked)) {
      for (const line of lines.slice(-query.lines)) report(spec.name, line)
    }
    if (!query.follow) return
    const listener = (instance: ModelInstance, line: Line) => isAsked(instance) && report(instance.spec.name, line)
    this.#logListeners.add(listener)
    try {
      await this.#until(null, () => (isOpen() ? undefined : true))
    } finally {
      this.#logListeners.delete(listener)
    }
  }

  async keep(track: string, digests: readonly string[], order: Order): Promise<void> {
    this.#admit(order, 'keep')
    const unpacked = this.unpacked(track)
    for (const digest of unpacked) if (!digests.includes(digest)) unpacked.delete(digest)
  }

  // ---- what can be done to it from outside ----

  get isUp(): boolean {
    return this.#supervising
  }

  unpacked(track: string): Set<string> {
    const known = this.#unpacked.get(track) ?? new Set()
    this.#unpacked.set(track, known)
    return known
  }

  /** The supervisor stops for a while; instances go on. Calls in progress are lost. */
  restartSupervisor(downMs: number): void {
    this.#supervising = false
    this.#life += 1
    this.#waiting.changed()
    this.#world.after(downMs, () => this.#comeBack())
  }

  /** The whole machine stops for a while: every process ends. */
  restartMachine(downMs: number): void {
    this.restartSupervisor(downMs)
    for (const instance of [...this.instances.values()]) instance.exit('SIGKILL')
    for (const oneOff of this.oneOffs.values()) oneOff.kill()
  }

  // ---- helpers ----

  /** A command is let in only when its number is not lower than the newest of its track; then it is the newest. */
  #admit(order: Order, verb: string): void {
    if (this.#isLate(order)) this.#world.happened({ what: 'refused', host: this, verb, order })
    this.#refuseLate(order)
    this.#fences.set(order.track, order.number)
    this.#world.happened({ what: 'admitted', host: this, verb, order })
    this.#waiting.changed()
  }

  #refuseLate(order: Order): void {
    const { track, number } = order
    if (this.#isLate(order))
      throw new Fault('target.fenced', { details: { track, number, newest: this.#newest(track) } })
  }

  #isLate({ track, number }: Order): boolean {
    return this.#world.fenced && number < this.#newest(track)
  }

  #newest(track: string): number {
    return this.#fences.get(track) ?? 0
  }

  /** Waits on behalf of a command, which ends when a newer one comes or the host goes down. */
  #until<T>(order: Order | null, look: () => T | undefined): Promise<T> {
    const life = this.#life
    return this.#waiting.until(() => {
      if (life !== this.#life) throw unreachable(this.name, 'the connection broke')
      if (order) this.#refuseLate(order)
      return look()
    })
  }

  async #pause(ms: number, order: Order): Promise<void> {
    const endsAt = this.#world.clock.monotonic() + ms
    this.#world.after(ms, () => this.#waiting.changed())
    await this.#until(order, () => this.#world.clock.monotonic() >= endsAt || undefined)
  }

  #start(spec: InstanceSpec): boolean {
    const known = this.instances.get(spec.name)
    if (known && !known.isStopping) {
      known.revive()
      return false
    }
    const { digest } = spec.release
    if (known) throw this.#refusal(`${spec.name} is being stopped`)
    if (!this.#has(spec.track, digest)) throw this.#refusal(`the release ${spec.release.version} is not prepared`)
    const instance = new ModelInstance(spec, this.#world.behaviourOf(digest), this.#machine)
    this.instances.set(spec.name, instance)
    this.#world.happened({ what: 'started', host: this, instance })
    return true
  }

  #areHealthy(specs: readonly InstanceSpec[], calledAt: number): true | undefined {
    let waits = false
    for (const spec of specs) {
      const instance = this.instances.get(spec.name)
      if (instance === undefined || instance.isStopping) throw this.#refusal(`${spec.name} was removed`)
      if (instance.state === 'healthy') continue
      if (this.#isGivenUp(instance, calledAt)) throw unhealthy(instance)
      waits = true
    }
    return waits ? undefined : true
  }

  #isGivenUp(instance: ModelInstance, calledAt: number): boolean {
    if (!instance.everPassed && instance.restarts >= exitsUntilGivenUp) return true
    return this.#world.clock.monotonic() >= this.#patienceEndsAt(instance, calledAt)
  }

  /** An instance that was healthy once gets another start period; one that never was has only its first. */
  #patienceEndsAt(instance: ModelInstance, calledAt: number): number {
    const from = instance.everPassed ? calledAt : instance.placedAt
    return from + instance.spec.health.startPeriodMs + instance.spec.health.intervalMs
  }

  #lookAtEndOf(spec: InstanceSpec, calledAt: number): void {
    const instance = this.instances.get(spec.name)
    if (instance === undefined || instance.state === 'healthy') return
    const leftMs = this.#patienceEndsAt(instance, calledAt) - this.#world.clock.monotonic()
    if (leftMs > 0) this.#world.after(leftMs, () => this.#waiting.changed())
  }

  /** May be well in a moment. */
  #isComing(name: string, track: string): boolean {
    const instance = this.instances.get(name)
    if (instance === undefined || instance.spec.track !== track) return false
    return ['starting', 'backoff'].includes(instance.state) && !this.edge.routed(track).includes(name)
  }

  #refuseUnfit(name: string, track: string): void {
    const instance = this.instances.get(name)
    if (instance === undefined) throw this.#refusal(`there is no instance ${name}`)
    if (instance.spec.track !== track) throw this.#refusal(`${name} is of ${instance.spec.track}`)
    if (!instance.spec.routed) throw this.#refusal(`${name} takes no visitors`)
    const isRouted = this.edge.routed(track).includes(name)
    if (instance.state !== 'healthy' && (!isRouted || instance.state === 'stopping'))
      throw this.#refusal(`${name} is ${instance.state}`)
  }

  async #drainOne({ name, stop }: StopOrder, order: Order): Promise<DrainAccount> {
    const instance = this.instances.get(name)
    if (instance === undefined) return { instance: name, inFlight: 0, upgraded: 0, msToZero: 0, cut: 0 }
    const left = this.edge.leaving(instance)
    const endsAt = this.#world.clock.monotonic() + stop.drainMs
    if (instance.inFlight.size > 0) this.#world.after(stop.drainMs, () => this.#waiting.changed())
    const isOver = () => instance.inFlight.size === 0 || this.#world.clock.monotonic() >= endsAt
    await this.#until(order, () => isOver() || undefined)
    return this.edge.account(instance, left, this.edge.cut(instance))
  }

  #stop({ name, stop }: StopOrder): Promise<StopAccount> {
    const instance = this.instances.get(name)
    if (instance === undefined) return Promise.resolve({ instance: name, ended: 'gone', afterMs: 0 })
    if (!instance.isStopping) this.#world.happened({ what: 'stopping', host: this, instance })
    return instance.stop(stop)
  }

  #mayRun({ name, lock }: OneOff): boolean {
    if (lock === undefined || this.oneOffs.has(name)) return true
    return [...this.oneOffs.values()].every((each) => each.oneOff.lock !== lock || each.result !== null)
  }

  #execute(oneOff: OneOff): ModelOneOff {
    const script = this.#world.scriptOf(oneOff)
    const command = new ModelOneOff(oneOff, script, this.#machine)
    this.oneOffs.set(oneOff.name, command)
    this.#world.happened({ what: 'executed', host: this, oneOff })
    return command
  }

  #comeBack(): void {
    this.#supervising = true
    for (const instance of this.instances.values()) instance.restart()
  }

  #has(track: string, digest: string): boolean {
    return this.#unpacked.get(track)?.has(digest) === true
  }

  #of(track: string): readonly ModelInstance[] {
    return [...this.instances.values()].filter((instance) => instance.spec.track === track)
  }

  #refusal(problem: string): Fault {
    return new Fault('target.refused', { details: { target: this.name, problem } })
  }

  #machineOf(world: ModelWorld): Machine {
    const host = this
    return {
      get supervising() {
        return host.#supervising
      },
      now: () => world.clock.now(),
      monotonic: () => world.clock.monotonic(),
      after: (ms, act) => world.after(ms, act),
      newPid: () => world.newPid(),
      changed: () => this.#waiting.changed(),
      lost: (instance) => this.edge.lost(instance),
      said: (instance, line) => {
        for (const listener of this.#logListeners) listener(instance, line)
      },
      thawed: (instance) => this.edge.thawed(instance),
      gone: (instance) => {
        this.edge.leave(instance.spec.track, [instance.spec.name])
        this.instances.delete(instance.spec.name)
        this.#waiting.changed()
      },
    }
  }
}

export function unreachable(target: string, problem: string): Fault {
  return new Fault('target.unreachable', { details: { target, problem } })
}

function unhealthy(instance: ModelInstance): Fault {
  const problem = instance.lastExit ?? 'it did not pass its probe within its start period'
  return new Fault('instance.unhealthy', { details: { instance: instance.spec.name, problem } })
}
