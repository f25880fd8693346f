import type { InstanceGauge, RouteInstance } from './protocol.ts'

/** A request or tunnel that an instance is answering. */
export interface InFlight {
  readonly isTunnel: boolean
  /** Ends it now because a drain limit was reached. Takes itself off the instance before it returns. */
  cut(): void
}

/** A connection to an instance that waits, unused, for its visitor's next request. */
export interface IdleUpstream {
  /** Closes it when nothing is being answered on it. */
  unpin(): void
}

export interface Departure {
  readonly at: number
  readonly inFlight: number
  readonly upgraded: number
  /** When nothing was in flight any more; null while something is. */
  zeroAt: number | null
  cut: number
}

const longestDownMs = 10_000

/** One running copy of a release, as this worker knows it: what it answers now and whether it takes connections. */
export class Instance {
  readonly name: string
  readonly track: string
  #spec: RouteInstance
  /** Rises when the instance is found at another address: connections to the old one are no good. */
  generation = 0
  inFlight = 0
  upgraded = 0
  readonly active = new Set<InFlight>()
  readonly upstreams = new Set<IdleUpstream>()
  isRouted = false
  departure: Departure | null = null
  #downUntil = 0
  #failures = 0
  #zeroWaiters: (() => void)[] = []

  constructor(track: string, spec: RouteInstance) {
    this.name = spec.name
    this.track = track
    this.#spec = spec
  }

  get spec(): RouteInstance {
    return this.#spec
  }

  get gauge(): InstanceGauge {
    return { instance: this.name, inFlight: this.inFlight, upgraded: this.upgraded }
  }

  /** Takes what the newest route says of it. */
  update(spec: RouteInstance): void {
    const before = this.#spec
    this.#spec = spec
    if (before.address === spec.address && before.port === spec.port) return
    this.generation++
    this.#downUntil = 0
    this.#unpinAll()
  }

  arrive(): void {
    this.isRouted = true
    this.departure = null
    this.#tellWaiters()
  }

  /** From here on no new request of a visitor comes; what is in flight goes on. */
  depart(now: number): Departure {
    this.isRouted = false
    const { inFlight, upgraded } = this
    this.departure = { at: now, inFlight, upgraded, zeroAt: inFlight === 0 ? now : null, cut: 0 }
    this.#unpinAll()
    return this.departure
  }

  add(one: InFlight): void {
    this.active.add(one)
    this.inFlight++
    if (one.isTunnel) this.upgraded++
  }

  /** `now` is only looked at when this was the last one of an instance that left. */
  remove(one: InFlight, clock: { monotonic(): number }): void {
    if (!this.active.delete(one)) return
    this.inFlight--
    if (one.isTunnel) this.upgraded--
    if (this.inFlight > 0 || this.departure === null) return
    this.departure.zeroAt ??= clock.monotonic()
    this.#tellWaiters()
  }

  /** Calls back once, when nothing is in flight after it left the routing, or when it is back in it. */
  onZero(tell: () => void): void {
    this.#zeroWaiters.push(tell)
  }

  isDown(now: number): boolean {
    return now < this.#downUntil
  }

  /** It refused a connection: others come first for a while, longer each time. */
  refusedConnection(now: number, downMs: number): void {
    const whileMs = Math.min(downMs * 2 ** Math.min(this.#failures, 10), Math.max(downMs, longestDownMs))
    this.#failures++
    this.#downUntil = now + whileMs
  }

  tookConnection(): void {
    this.#failures = 0
    this.#downUntil = 0
  }

  #tellWaiters(): void {
    for (const tell of this.#zeroWaiters.splice(0)) tell()
  }

  #unpinAll(): void {
    for (const upstream of this.upstreams) upstream.unpin()
  }
}
