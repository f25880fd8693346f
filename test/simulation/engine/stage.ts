import { defaultSettings, type EngineSettings, type Parts } from '../../../src/engine/parts.ts'
import { Fault } from '../../../src/lib/fault.ts'
import { migrate } from '../../../src/store/database.ts'
import type { InstanceDriver } from '../../../src/targets/driver.ts'
import { modelDriver } from '../../../src/targets/model/driver.ts'
import type { Visit } from '../../../src/targets/model/edge.ts'
import type { ModelHost } from '../../../src/targets/model/host.ts'
import { type Happening, ModelWorld } from '../../../src/targets/model/world.ts'
import { clockOf } from '../kit/clock.ts'
import { Slates } from '../kit/database.ts'
import { Disk, type StoreCall, type StoreError } from '../kit/disk.ts'
import { Killed } from '../kit/killed.ts'
import type { Life } from '../kit/scheduler.ts'
import { type Simulation, Violation } from '../kit/simulation.ts'
import { mortalServer, type Server } from '../nemesis/server.ts'
import { type StoreNemesis, storeNemesis } from '../nemesis/store.ts'
import { type WorldNemesis, worldNemesis } from '../nemesis/world.ts'
import { type Defect, defects } from './defects.ts'
import { invariants } from './invariants.ts'
import { EngineLife } from './life.ts'
import { narrator } from './narrator.ts'
import { seenInJump, seenOfStore, situationWatch } from './situations.ts'
import type { Invariant, View } from './view.ts'
import { Records, type Writing } from './watch/records.ts'
import { Archives } from './world/archives.ts'
import { Git } from './world/git.ts'
import { type JobProcess, ModelRunner } from './world/runner.ts'
import { drawShape, people, rolesOf, type Shape } from './world/shape.ts'

const slates = new Slates(migrate)

/** Everything of one seed: the world, the disk, the server's lives, and those who watch. */
export class Stage implements View, Disposable {
  readonly simulation: Simulation
  readonly records = new Records()
  readonly git = new Git()
  readonly archives: Archives
  readonly runner: ModelRunner
  readonly world: ModelWorld
  readonly host: ModelHost
  readonly disk: Disk
  readonly way: InstanceDriver
  readonly settings: EngineSettings
  readonly server: Server
  /** What each project's configuration looks like at first. */
  readonly shapes: readonly Shape[]
  readonly #hostNemesis: WorldNemesis
  readonly #storeNemesis: StoreNemesis
  readonly #invariants: Invariant[]
  readonly #defect: Defect | null
  #writing: Writing[] = []
  #newest: EngineLife | null = null
  #violation: Violation | null = null
  isHealed = false

  constructor(simulation: Simulation) {
    const { scheduler, random, size } = simulation
    this.simulation = simulation
    this.settings = drawSettings(random.stream('settings'))
    this.shapes = drawShapes(simulation, size)
    this.#defect = simulation.defect === null ? null : (defects[simulation.defect] ?? null)
    this.archives = new Archives(random.stream('archives'))
    this.runner = new ModelRunner(simulation, this.archives, {
      starting: (process) => this.#starting(process),
      built: (archive) => this.#built(archive),
    })
    this.world = new ModelWorld({
      fenced: this.#defect?.fenced ?? true,
      clock: clockOf(scheduler, scheduler.world),
      watch: (happening) => this.#happened(happening),
    })
    this.host = this.world.host('host')
    this.#hostNemesis = worldNemesis(simulation, this.host)
    this.way = modelDriver({
      world: this.world,
      host: this.host,
      decider: this.#hostNemesis.decider,
      isReachable: this.#hostNemesis.isReachable,
    })
    this.#storeNemesis = storeNemesis(simulation)
    this.disk = new Disk(slates, {
      committing: (life) => this.#strike(life),
      committed: (life) => this.#committed(life),
      rolledBack: () => {
        this.#writing = []
      },
    })
    this.disk.fate = (call) => this.#befall(call)
    this.#invariants = invariants.map((make) => make(this))
    this.listen(situationWatch(this))
    if (simulation.trace.isRead) this.listen(narrator(simulation))
    this.#addProjects()
    if (this.#defect?.lazyDisk) this.disk.beLazy(5)
    this.server = mortalServer(
      simulation,
      (life) => this.#startLife(life),
      () => seenInJump(this),
    )
  }

  get projects(): readonly string[] {
    return this.shapes.map(({ project }) => project)
  }

  /** The server that people reach now, if one is up. */
  get reachable(): EngineLife | null {
    return this.#newest?.isServing === true ? this.#newest : null
  }

  get isStoreFull(): boolean {
    return this.#storeNemesis.isFull
  }

  /** Somebody else who wants to hear of everything. */
  listen(listener: Invariant): void {
    this.#invariants.push(listener)
  }

  /** A visitor of a track got this answer. */
  visited(track: string, answer: Visit, takesMs: number): void {
    for (const each of this.#invariants) each.visited?.(track, answer, takesMs)
  }

  check(): void {
    if (this.#violation !== null) throw this.#violation
  }

  readonly broken = (invariant: string, sentence: string): void => {
    this.#violation ??= new Violation(invariant, sentence)
  }

  wrote(writing: Writing): void {
    this.#writing.push(writing)
    if (!this.disk.isOpen) this.#durable()
  }

  /** The parts of a life, with the defect that is to be found, if one is. */
  planted(parts: Parts, life: Life): Parts {
    return this.#defect?.plant?.(parts, this, life) ?? parts
  }

  /** A life says that it cannot go on. That is right when its store is not to be trusted, and a bug otherwise. */
  ended(life: Life, error: unknown): void {
    if (!life.alive || error instanceof Killed) return
    const { scheduler, trace } = this.simulation
    trace.add(scheduler.monotonic(), 'asks to end', String(error))
    if (!isGoodReason(error)) {
      const shown = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.broken('I-34', `the server gave up: ${shown}`)
    }
    const isSuperseded = error instanceof Fault && error.code === 'server.superseded'
    this.simulation.seen(isSuperseded ? 'a server found itself superseded' : 'server ended itself')
    scheduler.after(50, scheduler.world, 'ended', () => this.server.exited(life))
  }

  heal(): void {
    this.isHealed = true
    this.runner.isHealed = true
    this.#hostNemesis.stop()
    this.#storeNemesis.stop()
    this.server.heal()
  }

  checkEnd(): void {
    for (const each of this.#invariants) each.atEnd?.()
    this.check()
  }

  [Symbol.dispose](): void {
    this.world[Symbol.dispose]()
    this.disk[Symbol.dispose]()
  }

  #befall(call: StoreCall): StoreError | null {
    const error = this.#storeNemesis.fate(call)
    if (error !== null) seenOfStore(this, call, error)
    return error
  }

  #startLife(life: Life): EngineLife {
    if (this.server !== undefined) this.disk.loseWhatIsNotDurable()
    if (this.server !== undefined) for (const each of this.#invariants) each.crashed?.()
    this.#newest = new EngineLife(this, life)
    return this.#newest
  }

  #committed(life: Life): void {
    this.#durable()
    this.#strike(life)
  }

  #strike(life: Life): void {
    this.server.strike(life)
    if (!life.alive) this.simulation.seen('crash at a commit')
  }

  #durable(): void {
    const { scheduler, trace } = this.simulation
    const writings = this.#writing
    this.#writing = []
    trace.add(scheduler.monotonic(), 'commit', writings.length)
    if (writings.length === 0) return
    const changes = this.records.commit(writings)
    // The newest one stands for all of them: each covers those before it, and what they say covers what was decided.
    const fact = changes.facts.at(-1)
    if (fact !== undefined) trace.add(scheduler.monotonic(), 'journal', fact.hash)
    for (const each of this.#invariants) each.committed?.(changes)
  }

  #happened(happening: Happening): void {
    for (const each of this.#invariants) each.happened?.(happening)
  }

  #starting(process: JobProcess): void {
    for (const each of this.#invariants) each.starting?.(process)
  }

  #built({ digest, commit, app }: { digest: string; commit: string; app: string }): void {
    const behaviour = this.git.find(commit)?.behaviour ?? {}
    this.world.publish({ digest, version: commit.slice(0, 7), commit, app }, behaviour)
  }

  /** And the people. */
  #addProjects(): void {
    const insert = this.disk.prepare(
      "INSERT INTO projects (name, origin, created_at, created_by) VALUES (?, NULL, 0, 'ada')",
    )
    for (const name of this.projects) insert.run(name)
    const person = this.disk.prepare(
      "INSERT INTO accounts (name, kind, created_at, created_by) VALUES (?, 'person', 0, 'ada')",
    )
    const role = this.disk.prepare(
      "INSERT INTO grants (account, role, project, environment, granted_at, granted_by) VALUES (?, ?, '', '', 0, 'ada')",
    )
    for (const name of people) {
      person.run(name)
      for (const each of ['maintainer', ...rolesOf[name]]) role.run(name, each)
    }
  }
}

function drawSettings(random: Simulation['random']): EngineSettings {
  return {
    parallelJobs: random.between(1, 3),
    syncEveryMs: random.pick([15_000, 30_000, 60_000]),
    reconcileEveryMs: random.pick([20_000, 30_000, 60_000]),
    janitorEveryMs: random.pick([20_000, 60_000, 120_000]),
    keepReleases: random.pick([1, 1, 2, 3, 10]),
    isEdgePublic: false,
    edgePort: null,
    power: defaultSettings.power,
  }
}

function drawShapes({ random }: Simulation, size: number): readonly Shape[] {
  const own = random.stream('shapes')
  const names = own.chance(0.2) ? ['one', 'two'] : ['one']
  return names.map((name) => drawShape(own, name, size))
}

function isGoodReason(error: unknown): boolean {
  if (!(error instanceof Fault)) return false
  return error.code.startsWith('store.') || ['disk.full', 'server.superseded'].includes(error.code)
}
