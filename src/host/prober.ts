import { join } from 'node:path'
import { ownFields } from '../edge/protocol.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { makeDirectory, namesIn } from '../system/files.ts'
import { httpGet } from '../system/http-get.ts'
import { hostOf } from './confirm.ts'
import type { EdgeSession } from './edge-worker.ts'
import type { Edges } from './edges.ts'
import type { Instance } from './instance.ts'
import type { Layout } from './layout.ts'
import type { Ledger } from './ledger.ts'
import { RecordFile } from './records.ts'
import { late, within } from './waiting.ts'

interface Window {
  readonly track: string
  /** Wall clock. */
  readonly openedAt: number
}

export interface ProberParts {
  readonly layout: Layout
  readonly ledger: Ledger
  readonly edges: Edges
  readonly find: (name: string) => Instance | undefined
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Ten requests a second. */
const PAUSE_MS = 100
const ANSWER_MS = 10_000
/** A window that nobody closes ends by itself. */
const LONGEST_MS = 60 * 60_000

/**
 * Sends requests of our own through the edge while a deployment goes on, as visitors would, so that something can be said
 * even when nobody visits. The edge counts them apart.
 */
export class Prober {
  readonly #parts: ProberParts
  readonly #windows = new Map<string, Window>()
  readonly #running = new Set<string>()

  constructor(parts: ProberParts) {
    this.#parts = parts
  }

  /** Goes on with the windows that an earlier host had open. */
  async restore(): Promise<void> {
    const { layout, log } = this.#parts
    for (const folder of await namesIn(layout.tracks)) {
      const window = await new RecordFile<Window>(join(layout.tracks, folder, 'window.json')).read(log)
      if (window === null) continue
      this.#windows.set(window.track, window)
      this.#probe(window.track)
    }
  }

  isOpen(track: string): boolean {
    return this.#windows.has(track)
  }

  async open(track: string): Promise<void> {
    const { layout, clock } = this.#parts
    const window = { track, openedAt: clock.now() }
    this.#windows.set(track, window)
    await makeDirectory(layout.track(track), 0o700)
    await this.#file(track).write(window)
    this.#probe(track)
  }

  async close(track: string): Promise<void> {
    if (this.#windows.delete(track)) await this.#file(track).remove()
  }

  #file(track: string): RecordFile<Window> {
    return new RecordFile<Window>(join(this.#parts.layout.track(track), 'window.json'))
  }

  #probe(track: string): void {
    if (this.#running.has(track)) return
    this.#running.add(track)
    const { log, signal } = this.#parts
    const work = this.#keepProbing(track).catch((error: unknown) => {
      if (!signal.aborted) log.error('the prober of a track has stopped', { track, error })
    })
    void work.finally(() => this.#running.delete(track))
  }

  async #keepProbing(track: string): Promise<void> {
    const { clock, signal } = this.#parts
    for (let turn = 0; ; turn += 1) {
      const window = this.#windows.get(track)
      if (window === undefined) return
      if (clock.now() - window.openedAt > LONGEST_MS) return this.close(track)
      const session = this.#sessions()[turn % this.#parts.edges.workers.length]
      if (session !== undefined) void Promise.allSettled([this.#send(track, session)]) // The edge counts how it ends.
      await clock.sleep(PAUSE_MS, signal)
    }
  }

  #sessions(): readonly EdgeSession[] {
    return this.#parts.edges.workers.map((worker) => worker.session).filter((session) => session !== null)
  }

  /** Before anything serves there is nothing to be seen, only a refusal that is nobody's loss. */
  async #send(track: string, { hello }: EdgeSession): Promise<void> {
    const { ledger, clock, signal, find } = this.#parts
    const routing = ledger.of(track)
    if (routing === null || routing.instances.length === 0) return
    const probe = routing.instances.map(find).find((instance) => instance?.spec.health.probe.kind === 'http')?.spec
      .health.probe
    const headers = {
      host: hostOf(routing),
      'user-agent': 'Signalbox prober',
      connection: 'close',
      [ownFields.token]: hello.token,
      [ownFields.probe]: '1',
    }
    const path = probe?.kind === 'http' ? probe.path : '/'
    const place = { address: '127.0.0.1', port: hello.confirmPort, path, headers }
    const answer = await within({ clock, limitMs: ANSWER_MS, signal }, (inner) => httpGet(place, inner))
    if (answer === late) this.#parts.log.warn('a probe through the edge was not answered', { track })
  }
}
