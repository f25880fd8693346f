import type { Command } from '../domain/command.ts'
import type { JobCommand, RunEvent } from '../domain/run.ts'
import { backoffMs } from '../lib/backoff.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { OutboxRow } from '../store/outbox.ts'
import { applyRun } from './apply.ts'
import type { Parts } from './parts.ts'
import { patienceMsOf } from './patience.ts'
import { concluded, failed, lostCause, perform } from './perform.ts'
import { type AfterCommit, transact } from './transact.ts'

/** Why a piece of work is stopped without being over: another server, or this one after a restart, goes on with it. */
const released = new Error('released')
/** Why a piece of work is stopped for good: what decided it has decided otherwise. */
const withdrawn = new Error('withdrawn')

interface Work {
  readonly row: OutboxRow<Command>
  readonly controller: AbortController
  readonly done: Promise<void>
}

/** How long until a failed call is made again; this server alone makes it, so there is nothing to spread out. */
const againMs = (tries: number) => backoffMs(tries, { firstMs: 100, mostMs: 5_000 }, 0)
/** The same for what only waits for space on the disk. */
const spaceMs = (tries: number) => backoffMs(tries, { firstMs: 100, mostMs: 1_000 }, 0)

export interface PumpListeners {
  /** Something was stored: what is due next may have changed. */
  readonly onCommit: () => void
  /** Going on would be guessing. */
  readonly onFatal: (error: unknown) => void
}

/** As many tries as a mistake of our own gets before a person has to look. */
const maxMistakes = 3

/**
 * Performs stored commands: claims the head of each free lane, makes the one call it stands for, and brings the result
 * back as an event. Everything it knows besides is which of its own calls are under way.
 */
export class Pump {
  readonly #parts: Parts
  readonly #epoch: number
  readonly #onCommit: () => void
  readonly #onFatal: (error: unknown) => void
  readonly #working = new Map<number, Work>()
  /** When each project last had a job started, in turns. */
  readonly #turns = new Map<string, number>()
  #turn = 0
  #stopped = false
  #pumping = false
  #again = false

  constructor(parts: Parts, epoch: number, { onCommit, onFatal }: PumpListeners) {
    this.#parts = parts
    this.#epoch = epoch
    this.#onCommit = onCommit
    this.#onFatal = onFatal
  }

  /** To be called after each commit: ends what was withdrawn, starts what became ready. */
  readonly afterCommit: AfterCommit = (rows) => {
    for (const id of rows) this.#working.get(id)?.controller.abort(withdrawn)
    this.#onCommit()
    this.kick()
  }

  /** Starts everything that is ready. Safe to call at any time. */
  kick(): void {
    this.#again = true
    if (this.#pumping || this.#stopped) return
    this.#pumping = true
    queueMicrotask(() => {
      try {
        while (this.#again && !this.#stopped) {
          this.#again = false
          this.#startReady()
        }
      } catch (error) {
        this.#trouble(error)
      } finally {
        this.#pumping = false
      }
    })
  }

  /** Ends every call without deciding anything about it; resolves when all have let go. */
  async release(): Promise<void> {
    this.#stopped = true
    const all = [...this.#working.values()]
    for (const { controller } of all) controller.abort(released)
    await Promise.allSettled(all.map(({ done }) => done))
  }

  get idle(): boolean {
    return this.#working.size === 0
  }

  #startReady(): void {
    const { store, time } = this.#parts
    const rows = this.#fair(store.outbox.ready(time.now()))
    if (rows.length === 0) return
    for (const row of store.db.transaction(() => rows.flatMap((each) => this.#claim(each)))) this.#begin(row)
  }

  /** A lane whose last call has not let go yet waits; jobs get turns project by project, up to the machine's limit. */
  #fair(ready: readonly OutboxRow<Command>[]): readonly OutboxRow<Command>[] {
    const busy = [...this.#working.values()].map(({ row }) => row)
    const free = ready.filter(({ lane }) => !busy.some((row) => row.lane === lane))
    const running = busy.filter(({ kind }) => kind === 'job').map(({ project }) => project)
    const chosen: OutboxRow<Command>[] = []
    const waiting = free.filter(({ kind }) => kind === 'job')
    while (running.length < this.#parts.settings.parallelJobs && waiting.length > 0) {
      const next = waiting.reduce((a, b) => (this.#comesFirst(b.project, a.project, running) ? b : a))
      waiting.splice(waiting.indexOf(next), 1)
      running.push(next.project)
      this.#turns.set(next.project, ++this.#turn)
      chosen.push(next)
    }
    return [...free.filter(({ kind }) => kind !== 'job'), ...chosen]
  }

  /** Whoever has fewer jobs running; of two that have as many, whose last turn is longer ago. */
  #comesFirst(a: string, b: string, running: readonly string[]): boolean {
    const count = (project: string) => running.filter((each) => each === project).length
    return count(a) < count(b) || (count(a) === count(b) && (this.#turns.get(a) ?? 0) < (this.#turns.get(b) ?? 0))
  }

  /** Within a transaction; none when somebody was faster. */
  #claim(row: OutboxRow<Command>): readonly OutboxRow<Command>[] {
    const { store } = this.#parts
    // At least the wall clock: after a restore from a backup the targets have seen numbers this store has not.
    const number = store.meta.rise('command', this.#epoch)
    return store.outbox.claim(row.id, this.#epoch, number) ? [{ ...row, number, tries: row.tries + 1 }] : []
  }

  #begin(row: OutboxRow<Command>): void {
    const controller = new AbortController()
    // Known as busy before its first step runs, so that nothing else of the lane can start beside it.
    const done = Promise.resolve().then(() => this.#work(row, controller.signal))
    this.#working.set(row.id, { row, controller, done })
    void done.catch((error: unknown) => this.#trouble(error)).finally(() => this.#settle(row.id))
  }

  #settle(id: number): void {
    this.#working.delete(id)
    this.kick()
  }

  async #work(row: OutboxRow<Command>, signal: AbortSignal): Promise<void> {
    try {
      const event = await perform(this.#parts, row, signal)
      await this.#record(row, () => transact(this.#parts, this.afterCommit, (tx) => concluded(tx, row, event)))
    } catch (error) {
      if (signal.aborted && signal.reason === withdrawn) return
      if (signal.aborted) this.#letGo(row)
      else await this.#record(row, () => this.#failed(row, error))
    }
  }

  /** Somebody else goes on with it. A job begins anew, and an attempt's name is never used twice. */
  #letGo(row: OutboxRow<Command>): void {
    const { command } = row
    if (command.do !== 'job') this.#parts.store.outbox.release(row.id, row.number ?? 0)
    else transact(this.#parts, this.afterCommit, (tx) => applyRun(tx, command.run, lostWithServer(command)))
  }

  /** Tried again while the world may mend; otherwise it is the command's result. */
  #failed(row: OutboxRow<Command>, error: unknown): void {
    const { store, time, log } = this.#parts
    const now = time.now()
    const patienceMs = patienceMsOf(row.command)
    const giveUpAt = row.giveUpAt ?? (patienceMs === null ? null : now + patienceMs)
    const isFault = error instanceof Fault
    const mayMend = isFault ? error.temporary && (giveUpAt === null || now < giveUpAt) : row.tries < maxMistakes
    log.warn('command failed', { lane: row.lane, kind: row.kind, tries: row.tries, again: mayMend, error })
    if (mayMend) {
      store.outbox.postpone(row.id, { dueAt: now + againMs(row.tries), giveUpAt })
      this.afterCommit([])
      return
    }
    const cause = isFault ? error : lostCause(error)
    transact(this.#parts, this.afterCommit, (tx) => failed(tx, row, cause))
  }

  /** What was done must not be forgotten because the disk is full at the moment: it is kept in mind until it is stored. */
  async #record(row: OutboxRow<Command>, write: () => void): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        if (this.#parts.store.outbox.holds(row.id, row.number ?? 0)) write()
        return
      } catch (error) {
        if (!isFull(error) || this.#stopped) throw error
        this.#parts.log.error('result could not be stored, trying again', { lane: row.lane, problem: messageOf(error) })
        await this.#parts.clock.sleep(spaceMs(tries))
      }
    }
  }

  #trouble(error: unknown): void {
    if (isFull(error)) {
      this.#parts.log.error('store is not writable, waiting', { problem: messageOf(error) })
      void this.#parts.clock.sleep(1000).then(() => this.kick())
      return
    }
    this.#onFatal(error)
  }
}

function lostWithServer({ job, attempt }: JobCommand): RunEvent {
  return { type: 'job_lost', job, attempt, counts: false }
}

function isFull(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'disk.full' || error.code === 'store.busy')
}
