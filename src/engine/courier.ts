import { begun, type Delivery, delivered, type Failure, notDelivered } from '../domain/delivery.ts'
import { self } from '../domain/facts.ts'
import { messageOf } from '../lib/fault.ts'
import { laneOf } from '../store/deliveries.ts'
import { NoticeReader } from './notices.ts'
import type { Parts } from './parts.ts'
import { sendNotice } from './send-notice.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

/** Calls of channels at a time; a receiver that does not answer takes one of them, and no more. */
const atOnce = 8
/** How far ahead is looked for one whose receiver is not busy. */
const lookedAt = 500
const longestSleepMs = 60_000
const troubleMs = 1_000
const woken = new Error('woken')
const stopped = new Error('stopped')

/**
 * Brings notices to where they go, beside everything else: nothing waits for it, and nothing it meets ends anything but
 * a delivery. What it was sending when the server died is sent again, under the same id.
 */
export class Courier {
  readonly #parts: Parts
  readonly #after: AfterCommit
  readonly #reader: NoticeReader
  readonly #stop = new AbortController()
  /** By the id of the delivery. */
  readonly #sending = new Map<string, { readonly lane: string; readonly done: Promise<void> }>()
  #wake = new AbortController()
  #isTakenUp = false

  constructor(parts: Parts, after: AfterCommit) {
    this.#parts = parts
    this.#after = after
    this.#reader = new NoticeReader(parts, after)
  }

  /** Something was recorded: there may be something to tell. */
  kick(): void {
    this.#wake.abort(woken)
  }

  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController()
      const sleepMs = this.#guarded('bringing notices', () => this.#round()) ?? troubleMs
      await this.#parts.clock.sleep(sleepMs, this.#wake.signal).catch(() => {}) // woken early: the next round sees why
    }
  }

  /** Lets go of what is under way: whoever starts next sends it again. */
  async stop(): Promise<void> {
    this.#stop.abort(stopped)
    this.#wake.abort(woken)
    await Promise.allSettled([...this.#sending.values()].map(({ done }) => done))
  }

  /** What a server before this one was sending: whether it arrived nobody knows. */
  #takeUp(): void {
    if (this.#isTakenUp) return
    const left = this.#parts.store.deliveries.sending()
    if (left.length > 0) {
      transact(this.#parts, this.#after, (tx) => {
        for (const each of left) tx.parts.store.deliveries.save({ ...each, state: 'waiting', dueAt: tx.at })
      })
    }
    this.#isTakenUp = true
  }

  /** Tells how long there will be nothing to do. */
  #round(): number {
    const { store, time } = this.#parts
    this.#takeUp()
    this.#reader.read()
    const now = time.now()
    // After most commits there is nothing to bring, and that is asked in one go.
    const soonest = store.deliveries.nextDue(0)
    if (soonest !== null && soonest <= now) this.#beginDue(now)
    const next = soonest === null || soonest > now ? soonest : store.deliveries.nextDue(now)
    return Math.min(longestSleepMs, next === null ? longestSleepMs : Math.max(0, next - now))
  }

  #beginDue(now: number): void {
    for (const each of this.#parts.store.deliveries.due(now, lookedAt)) {
      if (this.#sending.size >= atOnce) break
      const lane = laneOf(each)
      if (![...this.#sending.values()].some((other) => other.lane === lane)) this.#begin(each, lane)
    }
  }

  #begin(delivery: Delivery, lane: string): void {
    const mine = begun(delivery)
    transact(this.#parts, this.#after, (tx) => tx.parts.store.deliveries.save(mine))
    const done = Promise.resolve().then(() => this.#send(mine))
    this.#sending.set(delivery.id, { lane, done })
    void done
      .catch((error: unknown) =>
        this.#parts.log.error('delivery failed', { delivery: mine.id, error: messageOf(error) }),
      )
      .finally(() => {
        this.#sending.delete(delivery.id)
        this.kick()
      })
  }

  async #send(delivery: Delivery): Promise<void> {
    const { signal } = this.#stop
    try {
      const failure = await sendNotice(this.#parts, delivery, signal)
      await this.#record((tx) => conclude(tx, delivery, failure))
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Should the disk be full, the receiver is not told twice for that: it is stored as soon as there is space. */
  async #record(write: (tx: Tx) => void): Promise<void> {
    for (;;) {
      const isDone = this.#guarded('recording a delivery', () => {
        transact(this.#parts, this.#after, (tx) => write(tx))
        return true
      })
      if (isDone || this.#stop.signal.aborted) return
      await this.#parts.clock.sleep(troubleMs, this.#stop.signal).catch(() => {}) // stopping: the loop ends
    }
  }

  #guarded<T>(doing: string, work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      this.#parts.log.error(`${doing} failed`, { error: messageOf(error) })
      return null
    }
  }
}

function conclude(tx: Tx, sent: Delivery, failure: Failure | null): void {
  const { store, notices } = tx.parts
  const now = store.deliveries.get(sent.id)
  // Removed with its project, or asked for again by a person meanwhile.
  if (now === null || now.state !== 'sending') return
  const next =
    failure === null ? delivered(now, tx.at) : notDelivered(now, failure, { at: tx.at, jitter: notices.jitter() })
  store.deliveries.save(next)
  if (next.state !== 'failed') return
  const { project, id, attempts, problem, message, recipient } = next
  const { channel, to } = recipient
  const data = { event: message.event, about: message.subject, channel, to, attempts, problem }
  tx.fact({ kind: 'notice.failed', project, subject: id, by: self, data })
}
