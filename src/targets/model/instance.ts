import type { StopSpec } from '../../domain/spec.ts'
import { Fault } from '../../lib/fault.ts'
import type { InstanceSpec, InstanceState, Line, ObservedInstance, StopAccount } from '../driver.ts'
import type { Request } from './edge.ts'
import type { Behaviour } from './options.ts'

/** What an instance needs of the machine it runs on. */
export interface Machine {
  readonly supervising: boolean
  now(): number
  monotonic(): number
  after(ms: number, act: () => void): void
  newPid(): number
  /** Something can be seen that could not be seen before. */
  changed(): void
  /** The process of the instance has ended; what it was answering is lost. */
  lost(instance: ModelInstance): void
  /** It printed a line. */
  said(instance: ModelInstance, line: Line): void
  /** It can answer again what came due while it stood still. */
  thawed(instance: ModelInstance): void
  /** The instance was told to stop, and has ended. */
  gone(instance: ModelInstance): void
}

const firstBackoffMs = 100
const longestBackoffMs = 60_000
const keptLines = 200

/** One instance: a process that is supervised, probed, and started again when it exits. */
export class ModelInstance {
  spec: InstanceSpec
  behaviour: Behaviour
  readonly placedAt: number
  readonly inFlight = new Set<Request>()
  readonly lines: Line[] = []
  readonly #machine: Machine
  state: InstanceState = 'starting'
  /** The process has passed its health check since it was started. */
  hasPassed = false
  /** Some process of this instance has. */
  everPassed = false
  frozen = false
  restarts = 0
  #pid: number | null = null
  #startedAt: number | null = null
  #lastExit: string | null = null
  #stopping: Promise<StopAccount> | null = null
  #ended: ((how: string) => void) | null = null
  #heardStop = false
  /** Rises whenever what was scheduled before no longer counts. */
  #turn = 0

  constructor(spec: InstanceSpec, behaviour: Behaviour, machine: Machine) {
    this.spec = spec
    this.behaviour = behaviour
    this.#machine = machine
    this.placedAt = machine.monotonic()
    this.start()
  }

  get isRunning(): boolean {
    return this.#pid !== null
  }

  get lastExit(): string | null {
    return this.#lastExit
  }

  observed(): ObservedInstance {
    const { name, deployment, release, process } = this.spec
    const { digest, version, commit } = release
    const { state, restarts } = this
    const [pid, startedAt, lastExit] = [this.#pid, this.#startedAt, this.#lastExit]
    return { name, deployment, digest, version, commit, process, state, pid, startedAt, restarts, lastExit }
  }

  start(): void {
    this.#pid = this.#machine.newPid()
    this.#startedAt = this.#machine.now()
    this.#enter('starting')
    this.hasPassed = false
    this.frozen = false
    this.say('out', `hello from ${this.spec.name}`)
    this.#later(this.behaviour.exitsAfterMs, () => this.exit(`exit ${this.behaviour.exitCode}`))
    this.#later(this.#passesAfterMs(), () => this.#pass())
    this.#later(this.spec.health.startPeriodMs, () => this.#endStartPeriod())
  }

  say(stream: Line['stream'], text: string): void {
    const line = { stream, text }
    this.lines.push(line)
    if (this.lines.length > keptLines) this.lines.shift()
    this.#machine.said(this, line)
  }

  /** The process ends, for whatever reason. A supervised instance is started again, after a pause that grows. */
  exit(how: string): void {
    if (this.#pid === null) return
    this.#pid = null
    this.#lastExit = how
    this.hasPassed = false
    this.#enter('backoff')
    this.#machine.lost(this)
    if (this.#stopping === null) this.#later(this.#backoffMs(), () => this.restart())
    else this.#ended?.(how)
  }

  /** Unless the supervisor is away; it comes back and does this for all. */
  restart(): void {
    if (this.#pid !== null || this.#stopping !== null || this.state === 'exited' || !this.#machine.supervising) return
    this.restarts += 1
    this.start()
  }

  /** Placed again after it was stopped by hand. */
  revive(): void {
    if (this.state === 'exited') this.start()
  }

  /** Someone stops it by hand, past the supervisor, which then leaves it alone. */
  halt(): void {
    this.exit('SIGTERM')
    if (this.#stopping === null) this.#enter('exited')
  }

  /** Another release under the same process: it goes on with it, or ends over it. */
  become(spec: InstanceSpec, behaviour: Behaviour): void {
    const isNew = spec.release.digest !== this.spec.release.digest
    if (isNew && behaviour.healthyAfterMs === null) {
      this.exit(`exit ${behaviour.exitCode}`)
      const details = { instance: spec.name, version: spec.release.version, problem: 'it ended over it' }
      throw new Fault('instance.not_reloaded', { details })
    }
    this.spec = spec
    this.behaviour = behaviour
    if (this.state === 'exited') this.start()
    this.#machine.changed()
  }

  freeze(): void {
    this.frozen = true
    const { failures, intervalMs } = this.spec.health
    if (this.state !== 'healthy') return
    this.#later(failures * intervalMs, () => this.frozen && this.#enter('unhealthy', false))
  }

  thaw(): void {
    this.frozen = false
    const { passes, intervalMs } = this.spec.health
    const probed = this.state === 'unhealthy' || this.state === 'starting'
    if (probed && this.#passesAfterMs() !== null) this.#later(passes * intervalMs, () => this.#pass())
    this.#machine.thawed(this)
    this.endIfIdle()
  }

  /** Stop signal, grace, SIGKILL. A second call waits for the same end. */
  stop(stop: StopSpec): Promise<StopAccount> {
    this.#stopping ??= this.#end(stop)
    return this.#stopping
  }

  /** A process that has heard its stop signal answers what it has begun, then exits. */
  endIfIdle(): void {
    if (this.#heardStop && !this.frozen && this.inFlight.size === 0) this.exit('SIGTERM')
  }

  get isStopping(): boolean {
    return this.#stopping !== null
  }

  #end(stop: StopSpec): Promise<StopAccount> {
    const instance = this.spec.name
    if (this.#pid === null) {
      this.#machine.gone(this)
      return Promise.resolve({ instance, ended: 'gone', afterMs: 0 })
    }
    const startedAt = this.#machine.monotonic()
    this.#enter('stopping')
    this.#later(stop.graceMs, () => this.exit('SIGKILL'))
    this.#later(this.behaviour.stopsAfterMs, () => {
      this.#heardStop = true
      this.endIfIdle()
    })
    return new Promise((resolve) => {
      this.#ended = (how) => {
        this.#machine.gone(this)
        const ended = how === 'SIGKILL' ? 'killed' : 'signal'
        resolve({ instance, ended, afterMs: this.#machine.monotonic() - startedAt })
      }
    })
  }

  #pass(): void {
    if (this.frozen) return
    this.hasPassed = true
    this.everPassed = true
    this.#enter('healthy', false)
    const flaps = this.behaviour.flaps
    if (flaps) this.#later(flaps.goodMs, () => this.#sicken(flaps.badMs))
  }

  #sicken(badMs: number): void {
    if (this.frozen) return
    this.#enter('unhealthy', false)
    this.#later(badMs, () => this.#pass())
  }

  #endStartPeriod(): void {
    if (this.hasPassed) return
    if (this.spec.health.probe.kind === 'process') this.#pass()
    else this.#enter('unhealthy', false)
  }

  /** From the start to the last of the passes in a row that make it healthy; null when there will be none. */
  #passesAfterMs(): number | null {
    const { probe, intervalMs, passes } = this.spec.health
    const readyAfterMs = this.behaviour.healthyAfterMs
    if (probe.kind === 'process' || readyAfterMs === null) return null
    return (Math.max(1, Math.ceil(readyAfterMs / intervalMs)) + passes - 1) * intervalMs
  }

  #backoffMs(): number {
    return Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(this.restarts, 10))
  }

  /** A new state; what was scheduled in the old one is void, unless told otherwise. */
  #enter(state: InstanceState, afresh = true): void {
    this.state = state
    if (afresh) this.#turn += 1
    this.#machine.changed()
  }

  #later(ms: number | null, act: () => void): void {
    if (ms === null) return
    const turn = this.#turn
    this.#machine.after(ms, () => {
      if (turn === this.#turn) act()
    })
  }
}
