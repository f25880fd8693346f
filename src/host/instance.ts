import type { StopSpec } from '../domain/spec.ts'
import { Bell } from '../lib/bell.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { InstanceSpec, InstanceState, ObservedInstance, StopAccount } from '../targets/driver.ts'
import { backoffMs, quickExits } from './backoff.ts'
import { ProbeHistory, proven, type Tally, unproven, watchHealth } from './health.ts'
import type { InstanceRecord } from './instance-record.ts'
import type { InstanceTools } from './instance-tools.ts'
import type { MainProcess } from './main-process.ts'
import type { ProbeResult } from './probes.ts'
import { late, unlessAborted, within } from './waiting.ts'

/** An instance that exits so often before it was ever healthy is given up. */
const MOST_EXITS = 3

/**
 * One instance, from its first start to its removal. One loop owns its process: it alone starts, watches, restarts and
 * stops it, so that no two of these can meet. Others look, wait, and ask it to stop.
 */
export class Instance {
  readonly #tools: InstanceTools
  #record: InstanceRecord
  /** Rung after every change. */
  readonly #bell = new Bell()
  #main: MainProcess | null = null
  #tally: Tally = unproven
  #failure: Fault | null
  #quickExits = 0
  #startedMs: number
  #placedMs: number
  #history = new ProbeHistory()
  /** The probe under way, or the last one. */
  #asking: Promise<unknown> = Promise.resolve()
  readonly #stopping = new AbortController()
  #hasLeft = false
  #stopStored: Promise<void> = Promise.resolve()
  /** Aborted when the loop has to look up from what it waits for: to stop, or because the host ends. */
  readonly #interrupt: AbortSignal
  #isLooping = false
  #gone = Promise.withResolvers<Omit<StopAccount, 'instance'>>()

  constructor(record: InstanceRecord, tools: InstanceTools) {
    this.#record = record
    this.#tools = tools
    this.#failure = record.failure === null ? null : new Fault(record.failure.code, { details: record.failure.details })
    this.#placedMs = tools.clock.monotonic()
    this.#startedMs = this.#placedMs
    this.#interrupt = AbortSignal.any([tools.signal, this.#stopping.signal])
  }

  get spec(): InstanceSpec {
    return this.#record.spec
  }

  get port(): number | null {
    return this.#record.port
  }

  /** The process that runs now. */
  get main(): MainProcess | null {
    return this.#main
  }

  get isStopping(): boolean {
    return this.#record.stop !== null
  }

  /** Whether the process that runs now has passed its health check, whatever it says since. */
  get hasPassed(): boolean {
    const { process } = this.#record
    return process?.hasPassed === true && process.pid === this.#main?.pid && !this.isStopping
  }

  /** The address its port was reached at. */
  get address(): string {
    return this.#record.process?.address ?? '127.0.0.1'
  }

  get state(): InstanceState {
    // Not before it has left the routing, so that nobody reads that visitors are sent to what is being stopped.
    if (this.isStopping && this.#hasLeft) return 'stopping'
    if (this.#main !== null && this.#tally.state !== 'starting') return this.#tally.state
    if (this.#main !== null) return this.#failure === null ? 'starting' : 'unhealthy'
    if (!this.#isLooping) return 'exited'
    return this.#record.lastExit === null ? 'starting' : 'backoff'
  }

  observed(): ObservedInstance {
    const { spec, lastExit, starts, process } = this.#record
    return {
      ...{ name: spec.name, deployment: spec.deployment, process: spec.process, state: this.state },
      ...{ digest: spec.release.digest, version: spec.release.version, commit: spec.release.commit },
      pid: this.#main?.pid ?? null,
      startedAt: this.#main === null ? null : (process?.startedAt ?? this.#main.startedAt),
      ...{ restarts: Math.max(starts - 1, 0), lastExit },
    }
  }

  /** Begins its life, with a process that is already there or by starting one. */
  begin(adopted: MainProcess | null): void {
    this.#main = adopted
    if (adopted !== null) this.#startedMs -= Math.max(this.#tools.clock.now() - adopted.startedAt, 0)
    if (adopted !== null && this.#record.process?.hasPassed) this.#tally = proven
    if (this.#failure === null || adopted !== null || this.isStopping) this.#loop(adopted)
  }

  /**
   * Resolves when it is healthy; Fault `instance.unhealthy` when its start has failed. The same command is told the same
   * again, a newer one gives the instance another chance.
   */
  async judged(placedBy: number, signal: AbortSignal): Promise<void> {
    if (this.#failure !== null && placedBy > this.#record.placedBy) await this.#anotherChance(placedBy)
    const limit = { clock: this.#tools.clock, limitMs: this.#limitMs(), signal }
    const verdict = await within(limit, (inner) => this.#bell.until(() => this.#verdict(), inner))
    if (verdict === 'healthy') return
    if (verdict === late) throw await this.#unhealthy('it was not healthy within its start period')
    throw verdict
  }

  /** What it is from now on: its process has taken up another release, or has yet to be started. */
  async become(spec: InstanceSpec): Promise<void> {
    await this.#save({ spec })
    this.#ring()
  }

  /** Asks it to go away; who asks again waits for the same end. */
  async stop(stop: StopSpec, signal: AbortSignal): Promise<StopAccount> {
    if (!this.isStopping) {
      this.#stopStored = this.#note({ stop })
      this.#stopping.abort(new Error('the instance is to stop'))
      this.#ring()
    }
    if (!this.#isLooping) this.#loop(this.#main)
    return { instance: this.spec.name, ...(await unlessAborted(this.#gone.promise, signal)) }
  }

  /** A start may take its start period; a process that is watched longer before it counts, and restarts, take more. */
  #limitMs(): number {
    const { startPeriodMs, timeoutMs, probe } = this.spec.health
    const starts = probe.kind === 'process' ? MOST_EXITS : 1
    return starts * startPeriodMs + timeoutMs + 5000
  }

  #verdict(): 'healthy' | Fault | undefined {
    if (this.isStopping) {
      return new Fault('target.refused', {
        details: { target: 'local', problem: `${this.spec.name} is being removed` },
      })
    }
    return this.state === 'healthy' ? 'healthy' : (this.#failure ?? undefined)
  }

  async #anotherChance(placedBy: number): Promise<void> {
    this.#failure = null
    this.#quickExits = 0
    this.#history = new ProbeHistory()
    this.#placedMs = this.#tools.clock.monotonic()
    await this.#note({ placedBy, failure: null })
    if (!this.#isLooping) this.#loop(null)
    else this.#judgeInTime()
  }

  #loop(adopted: MainProcess | null): void {
    this.#isLooping = true
    this.#judgeInTime()
    const life = this.#live(adopted).catch((error: unknown) => {
      if (this.#tools.signal.aborted) return // The host ends; the instance stays.
      this.#tools.log.error('an instance is no longer supervised', { instance: this.spec.name, error })
      this.#failure ??= asFault(error)
      this.#notGone(error)
    })
    void life.then(() => {
      this.#isLooping = false
      this.#ring()
    })
  }

  /** Whoever waits for its end hears that it could not be ended, and may ask again. */
  #notGone(error: unknown): void {
    const waited = this.#gone
    this.#gone = Promise.withResolvers()
    void Promise.allSettled([waited.promise]) // Often nobody waits.
    waited.reject(error)
  }

  async #live(adopted: MainProcess | null): Promise<void> {
    for (let main = adopted; ; main = null) {
      if (this.isStopping) return this.#end(main)
      main ??= await this.#start()
      if (main !== null) await this.#attend(main)
      if (this.isStopping) return this.#end(main)
      if (!(await this.#mayStartAgain())) return
    }
  }

  async #start(): Promise<MainProcess | null> {
    try {
      return await this.#launch()
    } catch (error) {
      const { signal, log } = this.#tools
      signal.throwIfAborted()
      log.warn('instance could not be started', { instance: this.spec.name, problem: messageOf(error), error })
      this.#quickExits += 1
      await this.#note({ lastExit: 'not started', isStarting: false })
      if (!this.#record.wasHealthy) await this.#giveUp(await this.#notStarted(error))
      return null
    }
  }

  async #launch(): Promise<MainProcess> {
    const { tools, record } = { tools: this.#tools, record: this.#record }
    if (record.port !== null) await tools.clear(record)
    const port = await tools.portFor(record)
    // A start again is safe without the record: whoever does not know of the process ends it before another starts.
    const isAgain = record.starts > 0 && record.port === port
    await (isAgain ? this.#note({ isStarting: true }) : this.#save({ port, isStarting: true }))
    const main = await tools.launch(this.spec, port)
    this.#startedMs = tools.clock.monotonic()
    this.#main = main
    this.#tally = unproven
    const { pid, startTime, startedAt } = main
    const process = { pid, startTime, startedAt, bootId: tools.bootId, address: null, hasPassed: false }
    const stored = this.#note({ process, isStarting: false, starts: record.starts + 1 })
    this.#ring()
    await stored
    return main
  }

  /** Watches a running process until it ends or it has to be stopped. */
  async #attend(main: MainProcess): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#interrupt])
    const health = this.#watchHealth(signal)
    void Promise.allSettled([health])
    try {
      const how = await Promise.race([unlessAborted(main.ended, signal), health])
      await this.#hasEnded(how)
    } catch (error) {
      this.#tools.signal.throwIfAborted()
      if (!this.isStopping) throw error
    } finally {
      over.abort(new Error('the process has ended'))
    }
  }

  async #hasEnded(how: string): Promise<void> {
    const { clock, log } = this.#tools
    this.#main = null
    this.#quickExits = quickExits(this.#quickExits, clock.monotonic() - this.#startedMs)
    log.warn('instance exited', { instance: this.spec.name, how, exits: this.#quickExits })
    this.#ring()
    await this.#note({ lastExit: how })
  }

  async #mayStartAgain(): Promise<boolean> {
    const { wasHealthy, lastExit } = this.#record
    if (!wasHealthy && this.#failure === null && this.#quickExits >= MOST_EXITS) {
      await this.#giveUp(await this.#unhealthy(`it exited ${MOST_EXITS} times, last with ${lastExit}`))
    }
    if (this.#failure !== null && !this.isStopping) return false
    try {
      await this.#tools.clock.sleep(backoffMs(this.#quickExits), this.#interrupt)
    } catch (error) {
      this.#tools.signal.throwIfAborted()
      if (!this.isStopping) throw error
    }
    return true
  }

  async #watchHealth(signal: AbortSignal): Promise<never> {
    const { clock } = this.#tools
    const { health } = this.spec
    if (health.probe.kind === 'process') {
      await clock.sleep(this.#startedMs + health.startPeriodMs - clock.monotonic(), signal)
      await this.#hear({ ...proven, passes: 1 })
      return new Promise<never>(() => {}) // Its end is all there is to wait for.
    }
    return watchHealth(
      {
        ...{ spec: health, clock, startedMs: this.#startedMs, from: this.#tally },
        ask: (inner, tally) => {
          const asking = this.#tools.probe(this.#subject(), tally, inner)
          this.#asking = asking
          return asking
        },
        hear: (tally, result) => this.#hear(tally, result),
      },
      signal,
    )
  }

  #subject() {
    return { spec: this.spec, port: this.#record.port ?? 0, main: this.#main }
  }

  async #hear(tally: Tally, result?: ProbeResult): Promise<void> {
    const [before, main] = [this.#tally.state, this.#main]
    if (result !== undefined && !this.#record.wasHealthy) this.#history.add(result, this.#sincePlacedMs())
    if (tally.state === 'healthy' && !this.#record.process?.hasPassed) await this.#hasPassed(result?.address ?? null)
    if (this.#main !== main) return // It ended while this was being stored.
    this.#tally = tally
    if (tally.state === before) return
    this.#tools.log.info('instance health changed', { instance: this.spec.name, from: before, to: tally.state })
    if (tally.state === 'healthy') this.#failure = null
    this.#ring()
  }

  /** Stored before it is told, so that our successor knows as much as anybody whom we told. */
  async #hasPassed(address: string | null): Promise<void> {
    const { process } = this.#record
    if (process === null) return
    await this.#note({ wasHealthy: true, failure: null, process: { ...process, address, hasPassed: true } })
  }

  #sincePlacedMs(): number {
    return this.#tools.clock.monotonic() - this.#placedMs
  }

  /** The start has failed when its period is over and it has not been healthy. */
  #judgeInTime(): void {
    const { health } = this.spec
    if (this.#record.wasHealthy || health.probe.kind === 'process' || this.isStopping) return
    const placedMs = this.#placedMs
    const judge = async () => {
      await this.#tools.clock.sleep(health.startPeriodMs, this.#interrupt)
      // What was asked in time may be answered in time, on a busy machine too.
      await Promise.allSettled([this.#asking])
      await this.#tools.clock.sleep(1, this.#interrupt)
      if (placedMs !== this.#placedMs || this.#failure !== null || this.#record.wasHealthy) return
      const said = this.#history.lastSaid ?? 'it was never probed'
      const failure = await this.#unhealthy(`not healthy within ${health.startPeriodMs} ms; ${said}`)
      if (!this.#record.wasHealthy) await this.#giveUp(failure)
    }
    void Promise.allSettled([judge()]) // Interrupted when it stops or the host ends: then nobody needs the verdict.
  }

  async #giveUp(failure: Fault): Promise<void> {
    this.#failure = failure
    await this.#note({ failure: { code: failure.code, details: failure.details } })
    this.#ring()
  }

  async #notStarted(error: unknown): Promise<Fault> {
    return error instanceof Fault && error.code !== 'process.not_started'
      ? error
      : this.#unhealthy(messageOf(error), error)
  }

  async #unhealthy(problem: string, cause?: unknown): Promise<Fault> {
    const { spec, lastExit } = this.#record
    const log = await this.#tools.lastLines(spec)
    const details = {
      instance: spec.name,
      problem,
      command: spec.argv,
      exit: lastExit,
      probes: this.#history.notes,
      log,
    }
    return new Fault('instance.unhealthy', { details, cause })
  }

  async #end(main: MainProcess | null): Promise<void> {
    const { log } = this.#tools
    await this.#stopStored
    const account = await this.#tools.end(this.#record, main, () => {
      this.#hasLeft = true
    })
    await this.#tools.forget(this)
    this.#main = null
    log.info('instance stopped', { instance: this.spec.name, ...account })
    this.#gone.resolve(account)
  }

  async #save(change: Partial<InstanceRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change }
    await this.#tools.file.write(this.#record)
  }

  /** What a disk that is full must not stop: the process is there, and can be found without the record. */
  async #note(change: Partial<InstanceRecord>): Promise<void> {
    await this.#save(change).catch((error: unknown) =>
      this.#tools.log.error('the record of an instance could not be written', { instance: this.spec.name, error }),
    )
  }

  #ring(): void {
    this.#bell.ring()
    this.#tools.changed(this)
  }
}

function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  return new Fault('internal.bug', { details: { what: messageOf(error) }, cause: error })
}
