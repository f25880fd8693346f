import { Fault, messageOf } from '../lib/fault.ts'
import { type Actions, actionsOf } from './actions.ts'
import { Courier } from './courier.ts'
import { doDue } from './due.ts'
import { Intake } from './intake.ts'
import { clean } from './janitor.ts'
import type { Parts } from './parts.ts'
import { Pump } from './pump.ts'
import { restore } from './restore.ts'
import { settleRestored } from './restored.ts'
import { TrafficWatch } from './traffic-watch.ts'
import type { AfterCommit } from './transact.ts'

/** The longest the engine sleeps without looking around. */
const maxSleepMs = 5_000
/** Until a project that could not be synced, because the disk was full say, is tried again. */
const catchUpMs = 2_000
/** Why a sleep ended early; made once, because it happens after every commit. */
const woken = new Error('woken')

/**
 * The durable loop. In one transaction: load the state, decide, save the next state, its commands and its facts. Outside
 * it: perform a command, and bring its result back as the next event.
 */
export class Engine {
  readonly actions: Actions
  readonly intake: Intake
  readonly #parts: Parts
  readonly #pump: Pump
  readonly #courier: Courier
  readonly #watch: TrafficWatch
  readonly #epoch: number
  readonly #after: AfterCommit
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[] = []
  /** Projects with pushes that could not be recorded. */
  readonly #behind = new Set<string>()
  #wake = new AbortController()

  /** `onFatal` is told when going on would be guessing: the store cannot be trusted, or a bug left no way to record. */
  constructor(parts: Parts, onFatal: (error: unknown) => void) {
    this.#parts = parts
    parts.store.db.onBroken(onFatal)
    // At least the wall clock in seconds: never below an epoch the targets have seen, also after a restored backup.
    this.#epoch = parts.store.db.transaction(() => parts.store.meta.rise('epoch', parts.time.now()))
    parts.store.db.guard(() => this.#mustBeNewest())
    this.#pump = new Pump(parts, this.#epoch, { onCommit: () => this.#onCommit(), onFatal })
    this.#after = this.#pump.afterCommit
    this.#courier = new Courier(parts, this.#after)
    this.#watch = new TrafficWatch(parts)
    this.intake = new Intake(parts, this.#after, (project) => void this.#catchUp(project))
    this.actions = actionsOf(parts, this.#after, this.intake)
  }

  /** Resumes what is stored, then goes on until `stop`. */
  async start(): Promise<void> {
    const { runner, log } = this.#parts
    const orphans = await runner.recover()
    if (orphans.length > 0) log.info('ended jobs of a server that died', { attempts: orphans })
    if (await settleRestored(this.#parts, this.#after))
      log.warn('restored from a backup: nothing is caught up with, and what runs is looked at first')
    restore(this.#parts, this.#epoch, this.#after)
    this.#loops.push(
      this.#dueLoop(),
      this.#every(this.#parts.settings.syncEveryMs, () => this.#syncAll()),
    )
    this.#loops.push(
      this.#every(this.#parts.settings.janitorEveryMs, () => clean(this.#parts, this.#after, this.#stop.signal)),
    )
    this.#loops.push(this.#courier.run(), this.#watch.run())
    this.#pump.kick()
  }

  /** Releases all work: whoever starts next goes on with it. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopping'))
    this.#wake.abort(woken)
    this.#watch.stop()
    await Promise.all([this.#pump.release(), this.#courier.stop()])
    await Promise.allSettled(this.#loops)
  }

  #onCommit(): void {
    this.#wake.abort(woken)
    this.#courier.kick()
    this.#watch.kick()
  }

  /** A server that stood still while another one began on the same store must not decide anything when it wakes up. */
  #mustBeNewest(): void {
    if (this.#parts.store.meta.read('epoch') !== this.#epoch) throw new Fault('server.superseded')
  }

  async #dueLoop(): Promise<void> {
    for (let isWoken = false; !this.#stop.signal.aborted; ) {
      this.#wake = new AbortController()
      const sleepMs = this.#safely('looking for what is due', () => this.#lookAround(isWoken)) ?? 1000
      // More is due than was done in one go: others get their turn, whatever was committed meanwhile.
      const { signal } = sleepMs > 0 ? this.#wake : this.#stop
      await this.#sleep(Math.min(Math.max(sleepMs, 5), maxSleepMs), signal)
      isWoken = sleepMs > 0 && signal.aborted
    }
  }

  /** Does what is due and tells how long nothing will be. After a commit only the answer may be another. */
  #lookAround(isWoken: boolean): number {
    const { store, time, settings } = this.#parts
    const leftMs = () => (store.agenda.next(time.now(), settings.reconcileEveryMs) ?? Infinity) - time.now()
    const ms = isWoken ? leftMs() : 0
    if (ms > 0) return ms
    doDue(this.#parts, this.#after)
    this.#pump.kick()
    return leftMs()
  }

  async #every(everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await work().catch((error: unknown) => this.#parts.log.error('periodic work failed', { error: messageOf(error) }))
      await this.#sleep(everyMs, this.#stop.signal)
    }
  }

  /** Missed pushes are found by comparing refs, at the start and from time to time. */
  async #syncAll(): Promise<void> {
    await this.#sync(this.#parts.store.projects.list().map(({ name }) => name))
  }

  /** It is not left waiting for the next round. */
  async #catchUp(project: string): Promise<void> {
    if (this.#behind.has(project)) return
    this.#behind.add(project)
    await this.#sleep(catchUpMs, this.#stop.signal)
    this.#behind.delete(project)
    await this.#sync([project])
  }

  async #sync(projects: readonly string[]): Promise<void> {
    for (const project of projects) {
      if (this.#stop.signal.aborted) return
      try {
        await this.intake.sync(project, { source: 'sync', by: 'signalbox' })
      } catch (error) {
        this.#parts.log.warn('project could not be synced', { project, error: messageOf(error) })
      }
    }
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#parts.clock.sleep(ms, signal).catch(() => {}) // woken early: the loop looks for itself why
  }

  #safely<T>(doing: string, work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      this.#parts.log.error(`${doing} failed`, { error: messageOf(error) })
      return null
    }
  }
}
