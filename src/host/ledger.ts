import { join } from 'node:path'
import type { Route, RouteInstance } from '../edge/protocol.ts'
import type { Log } from '../lib/log.ts'
import { makeDirectory, namesIn } from '../system/files.ts'
import type { Routing } from '../targets/driver.ts'
import type { Instance } from './instance.ts'
import type { Layout } from './layout.ts'
import { RecordFile } from './records.ts'

interface Entry {
  readonly track: string
  readonly routing: Routing
}

/** What the engine last ordered for each track, kept on disk: whom visitors should reach, as far as they are healthy. */
export class Ledger {
  readonly #layout: Layout
  readonly #entries = new Map<string, Entry>()
  readonly #files = new Map<string, RecordFile<Entry>>()

  private constructor(layout: Layout) {
    this.#layout = layout
  }

  static async open(layout: Layout, log: Log): Promise<Ledger> {
    const ledger = new Ledger(layout)
    for (const folder of await namesIn(layout.tracks)) {
      const file = new RecordFile<Entry>(join(layout.tracks, folder, 'routing.json'))
      const entry = await file.read(log)
      if (entry === null) continue
      ledger.#entries.set(entry.track, entry)
      ledger.#files.set(entry.track, file)
    }
    return ledger
  }

  get tracks(): readonly string[] {
    return [...this.#entries.keys()]
  }

  of(track: string): Routing | null {
    return this.#entries.get(track)?.routing ?? null
  }

  /** Resolves when the order would survive a power loss. */
  async set(track: string, routing: Routing): Promise<void> {
    const file = this.#files.get(track) ?? new RecordFile<Entry>(join(this.#layout.track(track), 'routing.json'))
    this.#files.set(track, file)
    await makeDirectory(this.#layout.track(track), 0o700)
    await file.write({ track, routing })
    this.#entries.set(track, { track, routing })
  }

  async remove(track: string): Promise<void> {
    this.#entries.delete(track)
    await this.#files.get(track)?.remove()
  }
}

export interface RouteParts {
  readonly track: string
  readonly routing: Routing
  readonly candidates: readonly Instance[]
  readonly find: (name: string) => Instance | undefined
}

/**
 * The route to have in force: of the instances ordered, those that are healthy. When none is, those that were healthy
 * since their start and still run, because an ill instance may answer some visitors and nobody answers none.
 */
export function routeFor({ track, routing, candidates, find }: RouteParts): Route {
  const { hosts, port = null, deployment, environment, release } = routing
  const { version, commit, digest } = release
  return {
    ...{ track, environment, hosts, port, deployment, release: { version, commit, digest } },
    instances: serving(routing, find).map(routeInstance),
    candidates: candidates.map(routeInstance),
  }
}

function serving(routing: Routing, find: RouteParts['find']): readonly Instance[] {
  const passed = routing.instances.map(find).filter((instance) => instance?.hasPassed === true) as Instance[]
  const healthy = passed.filter((instance) => instance.state === 'healthy')
  return healthy.length > 0 ? healthy : passed
}

function routeInstance({ spec, address, port }: Instance): RouteInstance {
  return { name: spec.name, address, port: port ?? 0, digest: spec.release.digest, version: spec.release.version }
}
