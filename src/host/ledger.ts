import { join } from 'node:path'
import type { Route, RouteFiles, RouteInstance } from '../edge/protocol.ts'
import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { isDiskFull, makeDirectory, namesIn } from '../system/files.ts'
import type { Door, Routing } from '../targets/driver.ts'
import type { Instance } from './instance.ts'
import type { Layout } from './layout.ts'
import { RecordFile } from './records.ts'

interface Entry {
  readonly track: string
  readonly routing: Routing
  /** Where the edge finds the files of the routing, and of those before it for a while. */
  readonly files: readonly RouteFiles[]
}

/** What an older version of us had no word for. */
const unsaid = { files: null, access: 'public', door: { version: 0, users: [], maintenance: null } } as const

/** What the engine last ordered for each track, kept on disk: whom visitors should reach, as far as they are healthy. */
export class Ledger {
  readonly #layout: Layout
  readonly #log: Log
  readonly #entries = new Map<string, Entry>()
  readonly #files = new Map<string, RecordFile<Entry>>()

  private constructor(layout: Layout, log: Log) {
    this.#layout = layout
    this.#log = log
  }

  static async open(layout: Layout, log: Log): Promise<Ledger> {
    const ledger = new Ledger(layout, log)
    for (const folder of await namesIn(layout.tracks)) {
      const file = new RecordFile<Entry>(join(layout.tracks, folder, 'routing.json'))
      const entry = await file.read(log)
      if (entry === null) continue
      const routing = { ...unsaid, ...entry.routing }
      ledger.#entries.set(entry.track, { track: entry.track, routing, files: entry.files ?? [] })
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

  filesOf(track: string): readonly RouteFiles[] {
    return this.#entries.get(track)?.files ?? []
  }

  /** Resolves when the order would survive a power loss. */
  async set(track: string, routing: Routing, files: readonly RouteFiles[]): Promise<void> {
    const entry = { track, routing, files }
    await this.#store(entry)
    this.#entries.set(track, entry)
  }

  /** Takes an instance out. On a full disk the name stays in the file, where it stands for nobody once the instance is gone. */
  async leave(track: string, instance: string): Promise<void> {
    const routing = this.of(track)
    if (!routing?.instances.includes(instance)) return
    const instances = routing.instances.filter((one) => one !== instance)
    const entry = { track, routing: { ...routing, instances }, files: this.filesOf(track) }
    this.#entries.set(track, entry)
    try {
      await this.#store(entry)
    } catch (error) {
      if (!isDiskFull(error)) throw error
      this.#log.warn('a routing could not be written', { track, problem: messageOf(error), error })
    }
  }

  async remove(track: string): Promise<void> {
    this.#entries.delete(track)
    await this.#files.get(track)?.remove()
  }

  async #store(entry: Entry): Promise<void> {
    const folder = this.#layout.track(entry.track)
    const file = this.#files.get(entry.track) ?? new RecordFile<Entry>(join(folder, 'routing.json'))
    this.#files.set(entry.track, file)
    await makeDirectory(folder, 0o700)
    await file.write(entry)
  }
}

export interface RouteParts {
  readonly track: string
  readonly routing: Routing
  readonly files: readonly RouteFiles[]
  readonly door: Door
  readonly candidates: readonly Instance[]
  readonly find: (name: string) => Instance | undefined
}

/**
 * The route to have in force: of the instances ordered, those that are healthy. When none is, those that were healthy
 * since their start and still run, because an ill instance may answer some visitors and nobody answers none.
 */
export function routeFor({ track, routing, files, door, candidates, find }: RouteParts): Route {
  const { hosts, port = null, deployment, environment, release, access } = routing
  const { version, commit, digest } = release
  return {
    ...{ track, environment, hosts, port, deployment, release: { version, commit, digest } },
    instances: serving(routing, find).map(routeInstance),
    candidates: candidates.map(routeInstance),
    files,
    isFilesOnly: routing.files?.isAll === true,
    door: { access, users: door.users, maintenance: door.maintenance },
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
