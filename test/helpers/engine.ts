import { DatabaseSync } from 'node:sqlite'
import type { ProjectSpec } from '../../src/domain/spec.ts'
import { Consoles } from '../../src/engine/consoles.ts'
import { Engine } from '../../src/engine/engine.ts'
import { defaultSettings, type Parts, rules } from '../../src/engine/parts.ts'
import { Queries } from '../../src/engine/queries.ts'
import { EngineTime } from '../../src/engine/time.ts'
import { Fault } from '../../src/lib/fault.ts'
import { sha256 } from '../../src/lib/hash.ts'
import { silent } from '../../src/lib/log.ts'
import type { JobPlan, JobResult, Runner } from '../../src/runner/runner.ts'
import type { Commit, LogEntry, Source } from '../../src/sources/source.ts'
import { Database, migrate } from '../../src/store/database.ts'
import { type Store, storeOver } from '../../src/store/store.ts'
import { systemClock } from '../../src/system/clock.ts'
import { readPostgres } from '../../src/system/postgres-grammar.ts'
import { modelDriver } from '../../src/targets/model/driver.ts'
import type { Behaviour } from '../../src/targets/model/options.ts'
import { ModelWorld } from '../../src/targets/model/world.ts'
import { deafNotices } from './notices.ts'
import { knownPeople } from './people.ts'

/** The engine on a store in memory, with the model world for a target; commits and jobs are what the test says they are. */
export interface EngineUnderTest extends AsyncDisposable {
  readonly engine: Engine
  readonly parts: Parts
  readonly queries: Queries
  readonly store: Store
  readonly world: ModelWorld
  /** Makes a commit on a branch; the next sync finds it. Returns its SHA. */
  commit(title: string, options?: Partial<CommitOptions>): string
  /** Commits and tells the engine. */
  push(title: string, options?: Partial<CommitOptions>): Promise<string>
  /** Moves a branch to a commit that is there already, as a forced push does. */
  setRef(branch: string, sha: string): void
  readonly jobsRun: string[]
}

export interface CommitOptions {
  readonly branch: string
  readonly spec: ProjectSpec | null
  readonly behaviour: Partial<Behaviour>
  /** What the commit changed. */
  readonly paths: readonly string[]
  /** What becomes of the commit's jobs. */
  readonly job: (job: JobPlan, signal: AbortSignal) => Promise<JobResult>
}

export async function startEngine(
  spec: ProjectSpec,
  given: Partial<Parts> = {},
  onFatal: (error: unknown) => void = fail,
): Promise<EngineUnderTest> {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  const world = new ModelWorld({ clock: systemClock })
  const git = new MemoryGit()
  const jobsRun: string[] = []
  const runner = memoryRunner(git, world, jobsRun)
  const driver = modelDriver({ world, host: world.host('one') })
  const parts = partsOver(store, { runner, source: git.source(), driver: () => driver, ...given })
  const engine = new Engine(parts, onFatal)
  knownPeople(store)
  store.projects.add({ name: spec.project, origin: null, createdAt: 0, createdBy: 'ada' })
  await engine.start()
  const commit: EngineUnderTest['commit'] = (title, options = {}) =>
    git.commit(title, { ...defaults(spec), ...options })
  return {
    ...{ engine, parts, queries: new Queries(parts), store, world, jobsRun, commit },
    setRef: (branch, sha) => git.setRef(branch, sha),
    async push(title, options) {
      const sha = commit(title, options)
      await engine.actions.sync(spec.project, 'ada')
      return sha
    },
    async [Symbol.asyncDispose]() {
      await engine.stop()
      world[Symbol.dispose]()
      store.db.close()
    },
  }
}

/** What an engine is made of, over this store; where nothing else is given there is nothing to deploy, and nowhere. */
export function partsOver(store: Store, given: Partial<Parts> = {}): Parts {
  return {
    ...{ store, clock: systemClock, time: new EngineTime(systemClock, 0), log: silent, rules },
    ...{
      source: new MemoryGit().source(),
      runner: { recover: async () => [], run: nothingThere },
      driver: nothingThere,
    },
    artifacts: { verify: async () => {}, list: async () => [], remove: async () => {} },
    secrets: {
      seal: async (place, value) => `${place}=${value}`,
      open: async (place, sealed) => sealed.slice(place.length + 1),
    },
    baseEnvironment: {},
    parse: (text) => {
      const parsed = JSON.parse(text) as ProjectSpec | null
      return parsed === null ? { spec: null, problems: ['signalbox.yml:1:1: broken'] } : { spec: parsed, problems: [] }
    },
    readSql: readPostgres,
    drizzleLook: '',
    openLog: async () => ({ write: () => {}, close: async () => {} }),
    consoles: new Consoles(systemClock),
    notices: deafNotices,
    settings: { ...defaultSettings, parallelJobs: 4 },
    ...given,
  }
}

function nothingThere(): never {
  throw new Error('this test has nothing that runs')
}

function fail(error: unknown): never {
  throw error
}

function defaults(spec: ProjectSpec): CommitOptions {
  return { branch: 'main', spec, behaviour: {}, paths: ['server.js'], job: async () => succeeded }
}

export const succeeded: JobResult = {
  outcome: 'succeeded',
  reason: null,
  steps: [],
  outputs: {},
  artifact: null,
  durationMs: 1,
  laps: [],
}

function memoryRunner(git: MemoryGit, world: ModelWorld, jobsRun: string[]): Runner {
  return {
    recover: async () => [],
    async run(job, signal) {
      jobsRun.push(job.attempt)
      const { behaviour, job: work } = git.options(job.commit)
      const result = await work(job, signal)
      if (!job.archive || result.outcome !== 'succeeded') return result
      const digest = sha256(job.commit)
      world.publish({ digest, version: '', commit: job.commit, app: 'shop' }, behaviour)
      return { ...result, artifact: { digest, bytes: 1 } }
    },
  }
}

class MemoryGit {
  readonly #commits = new Map<string, Commit & { options: CommitOptions }>()
  readonly #refs = new Map<string, string>()

  commit(title: string, options: CommitOptions): string {
    const ref = `refs/heads/${options.branch}`
    const parent = this.#refs.get(ref)
    const sha = sha256(`${title}${parent}`).slice(0, 40)
    const parents = parent === undefined ? [] : [parent]
    this.#commits.set(sha, { sha, parents, title, author: 'ada', committedAt: 1_700_000_000_000, options })
    this.#refs.set(ref, sha)
    return sha
  }

  setRef(branch: string, sha: string): void {
    this.#refs.set(`refs/heads/${branch}`, sha)
  }

  options(sha: string): CommitOptions {
    return this.#get(sha).options
  }

  source(): Source {
    return {
      refs: async () => new Map(this.#refs),
      commit: async (_project, sha) => this.#get(sha),
      file: async (_project, sha) => JSON.stringify(this.#get(sha).options.spec),
      changedPaths: async () => ['server.js'],
      isAncestor: async (_project, ancestor, descendant) => this.#isAncestor(ancestor, descendant),
      between: async (_project, from, to, limit) => this.#log(from, to).slice(0, limit),
      log: async (_project, from, to, limit) => this.#log(from, to).slice(0, limit),
      tag: async (_project, { name, commit }) => this.#tag(name, commit),
      commitFile: async (_project, { branch, path }) => {
        throw new Error(`${branch}: no files are written in memory, ${path} neither`)
      },
      revert: async (_project, { branch }) => {
        throw new Error(`${branch}: nothing is reverted in memory`)
      },
      path: (project) => project,
    }
  }

  #tag(name: string, commit: string): void {
    const ref = `refs/tags/${name}`
    if ((this.#refs.get(ref) ?? commit) !== commit) throw new Fault('tag.taken', { details: { tag: name } })
    this.#refs.set(ref, commit)
  }

  #log(from: string | null, to: string): readonly LogEntry[] {
    const known = new Set(from === null ? [] : this.#history(from))
    const shas = this.#history(to).filter((sha) => !known.has(sha))
    return shas.map((sha) => ({ ...this.#get(sha), body: '', paths: this.options(sha).paths }))
  }

  #history(sha: string): readonly string[] {
    const [parent] = this.#get(sha).parents
    return [sha, ...(parent === undefined ? [] : this.#history(parent))]
  }

  #isAncestor(ancestor: string, descendant: string): boolean {
    for (let at: string | undefined = descendant; at !== undefined; at = this.#get(at).parents[0])
      if (at === ancestor) return true
    return false
  }

  #get(sha: string) {
    const commit = this.#commits.get(sha)
    if (commit === undefined) throw new Fault('commit.missing', { details: { commit: sha } })
    return commit
  }
}
