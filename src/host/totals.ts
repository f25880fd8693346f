import { join } from 'node:path'
import type { TrackTraffic } from '../edge/protocol.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { makeDirectory, namesIn } from '../system/files.ts'
import type { Traffic } from '../targets/driver.ts'
import type { EdgeWorker } from './edge-worker.ts'
import type { Edges } from './edges.ts'
import type { Layout } from './layout.ts'
import { RecordFile } from './records.ts'
import { addTraffic, legacyOf, noTraffic, type Totals } from './traffic.ts'
import { within } from './waiting.ts'

/** Of one track. */
interface Account {
  readonly track: string
  /** What workers that are gone have counted. */
  readonly base: Totals
  /** What each worker said last, and which process that was. */
  readonly seen: Readonly<Record<string, { readonly process: string; readonly traffic: TrackTraffic }>>
}

export interface TotalsParts {
  readonly layout: Layout
  readonly edges: Edges
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  /** Whether a deployment of the track is being watched, so that we look more often. */
  readonly isOpen: (track: string) => boolean
}

const OFTEN_MS = 250
const SELDOM_MS = 5000
const ANSWER_MS = 2000

/** The rising totals of every track, over all workers, those that died included. */
export class TrafficTotals {
  readonly #parts: TotalsParts
  readonly #accounts = new Map<string, Account>()
  readonly #files = new Map<string, RecordFile<Account>>()
  readonly #unsaved = new Set<string>()

  constructor(parts: TotalsParts) {
    this.#parts = parts
  }

  async restore(): Promise<void> {
    const { layout, log } = this.#parts
    for (const folder of await namesIn(layout.tracks)) {
      const account = await new RecordFile<Account>(join(layout.tracks, folder, 'traffic.json')).read(log)
      if (account !== null) this.#accounts.set(account.track, account)
    }
  }

  async of(track: string, signal: AbortSignal): Promise<Traffic> {
    // Right after our start, or a worker's: what it has counted must not be missing from one look and there in the next.
    await this.#parts.edges.answering(signal)
    await this.#look(track, signal)
    const account = this.#accounts.get(track)
    const seen = Object.values(account?.seen ?? {}).map(({ traffic }) => traffic as Totals)
    const { requests, probes, byRelease, lost } = [account?.base ?? noTraffic, ...seen].reduce(addTraffic)
    return { at: this.#parts.clock.now(), requests, probes, byRelease, lost }
  }

  /** Looks again and again, so that little is lost when a worker is killed, until the host ends. */
  async keepLooking(): Promise<void> {
    const { clock, signal, isOpen } = this.#parts
    for (let round = 0; ; round += 1) {
      await clock.sleep(OFTEN_MS, signal)
      const isSeldom = round % (SELDOM_MS / OFTEN_MS) === 0
      for (const track of this.#parts.edges.tracks) {
        if (isSeldom || isOpen(track)) await this.#look(track, signal)
      }
      if (isSeldom) for (const track of this.#unsaved) await this.#save(track)
    }
  }

  async #look(track: string, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#parts.edges.workers.map((worker) => this.#ask(worker, track, signal)))
  }

  async #ask(worker: EdgeWorker, track: string, signal: AbortSignal): Promise<void> {
    const { session } = worker
    if (session === null) return
    const { clock } = this.#parts
    try {
      const limit = { clock, limitMs: ANSWER_MS, signal }
      const traffic = await within(limit, (inner) => session.client.call('traffic', { track }, inner))
      if (typeof traffic === 'symbol') return
      await this.#take(worker.id, track, { process: `${session.hello.pid}:${session.hello.startTime}`, traffic })
    } catch (error) {
      // A worker that dies just now is folded in when its successor is asked.
      if (!(error instanceof Fault) || error.code !== 'edge.unreachable') throw error
    }
  }

  async #take(id: string, track: string, now: Account['seen'][string]): Promise<void> {
    const account = this.#accounts.get(track) ?? { track, base: noTraffic, seen: {} }
    const before = account.seen[id]
    const isSuccessor = before !== undefined && before.process !== now.process
    if (before !== undefined && before.traffic.at > now.traffic.at) return
    if (!isSuccessor && before === undefined && isNothing(now.traffic)) return
    const base = isSuccessor ? addTraffic(account.base, legacyOf(before.traffic, now.traffic.at)) : account.base
    this.#accounts.set(track, { track, base, seen: { ...account.seen, [id]: now } })
    this.#unsaved.add(track)
    if (isSuccessor) await this.#save(track)
  }

  async #save(track: string): Promise<void> {
    const { layout, log } = this.#parts
    const account = this.#accounts.get(track)
    const file = this.#files.get(track) ?? new RecordFile<Account>(join(layout.track(track), 'traffic.json'))
    this.#files.set(track, file)
    this.#unsaved.delete(track)
    try {
      await makeDirectory(layout.track(track), 0o700)
      if (account !== undefined) await file.write(account)
    } catch (error) {
      this.#unsaved.add(track)
      log.warn('traffic totals could not be saved', { track, problem: messageOf(error), error })
    }
  }
}

function isNothing({ requests, probes, inFlight }: TrackTraffic): boolean {
  const all = [requests, probes].flatMap(({ latency: _, ...counts }) => Object.values(counts))
  return inFlight.every((gauge) => gauge.inFlight === 0) && all.every((count) => count === 0)
}
