import type { DatabaseSync } from 'node:sqlite'
import type { ReleaseOnTarget } from '../../../src/targets/driver.ts'
import { modelDriver } from '../../../src/targets/model/driver.ts'
import type { ModelHost } from '../../../src/targets/model/host.ts'
import type { Behaviour } from '../../../src/targets/model/options.ts'
import { type Happening, ModelWorld } from '../../../src/targets/model/world.ts'
import { clockOf } from '../kit/clock.ts'
import { copyOf, templateOf } from '../kit/database.ts'
import { programDriver } from '../kit/program-driver.ts'
import type { Random } from '../kit/random.ts'
import { type Scenario, type Simulation, type Subject, Violation } from '../kit/simulation.ts'
import { mortalServer, type Server } from '../nemesis/server.ts'
import { type WorldNemesis, worldNemesis } from '../nemesis/world.ts'
import { createTables, Deployer, deploymentsIn, enqueue, isFinal } from './deployer.ts'

const template = templateOf(createTables)
const track = 'rehearsal/app/production'
const visitorsHost = 'rehearsal.example.test'

/** The kit, tried on a deployer of two hundred lines. */
export const rehearsal: Subject = {
  name: 'rehearsal',
  situations: ['server crashed', 'late command refused', 'temporary fault', 'call limit reached', 'deployment failed'],
  defects: {
    'no fence': 'every call carries the same command number',
    'random names': 'instances are named at random, so a repeat places others',
    'health ignored': 'a release that is not healthy is taken on',
    'removes too early': 'the old instances go before visitors are sent to the new ones',
    'no drain': 'instances are stopped while they are answering',
  },
  begin: (simulation) => new Rehearsal(simulation),
}

class Rehearsal implements Scenario {
  readonly #simulation: Simulation
  readonly #database: DatabaseSync
  readonly #world: ModelWorld
  readonly #host: ModelHost
  readonly #nemesis: WorldNemesis
  readonly #server: Server
  #violation: Violation | null = null
  #hasServed = false
  #queuedAll = false
  #visiting = true

  constructor(simulation: Simulation) {
    const { scheduler } = simulation
    this.#simulation = simulation
    this.#database = copyOf(template)
    const clock = clockOf(scheduler, scheduler.world)
    this.#world = new ModelWorld({ clock, watch: (happening) => this.#watch(happening) })
    this.#host = this.#world.host('host')
    this.#nemesis = worldNemesis(simulation, this.#host)
    this.#server = mortalServer(simulation, (life) => {
      if (life.name !== 'server 1') simulation.seen('server crashed')
      const { world } = { world: this.#world }
      const way = modelDriver({
        world,
        host: this.#host,
        decider: this.#nemesis.decider,
        isReachable: this.#nemesis.isReachable,
      })
      const deployer = new Deployer({
        database: this.#database,
        driver: programDriver(scheduler, life, way),
        clock: clockOf(scheduler, life),
        track,
        host: visitorsHost,
        defect: simulation.defect,
        committed: () => this.#server.committed(),
        randomName: () => String(simulation.random.stream('names').below(1_000_000)),
        seen: (situation) => simulation.seen(situation),
      })
      // A moment after the birth of the server, so that what it is born from is complete.
      scheduler.after(0, life, 'server begins', () => void deployer.work())
    })
    this.#queue(simulation.random.stream('workload'))
    this.#visit(simulation.random.stream('visitors'))
  }

  check(): void {
    if (this.#violation !== null) throw this.#violation
  }

  heal(): void {
    this.#nemesis.stop()
    this.#server.heal()
    this.#visiting = false
  }

  isQuiet(): boolean {
    return this.#queuedAll && this.#server.isUp && deploymentsIn(this.#database).every(isFinal)
  }

  checkEnd(): void {
    const deployments = deploymentsIn(this.#database)
    if (deployments.some(({ state }) => state === 'failed')) this.#simulation.seen('deployment failed')
    const live = deployments.filter(({ state }) => state === 'live')
    if (live.length > 1) throw new Violation('I-2', `${live.length} deployments are recorded live`)
    const recorded = live[0]?.release.digest
    const running = [...this.#host.instances.values()].map(({ spec }) => spec)
    const orphan = running.find(({ release }) => release.digest !== recorded)
    if (orphan) throw new Violation('I-13', `${orphan.name} runs and belongs to nothing`)
    if (recorded !== undefined && running.length !== 2) throw new Violation('I-13', `${running.length} instances run`)
    const routed = this.#host.edge.routed(track).map((name) => this.#host.instances.get(name)?.spec.release.digest)
    if (routed.some((digest) => digest !== recorded))
      throw new Violation('I-12', `recorded ${recorded}, routed ${routed}`)
  }

  unfinished(): string {
    return JSON.stringify(deploymentsIn(this.#database).filter((each) => !isFinal(each)))
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }

  #watch(happening: Happening): void {
    if (happening.what === 'refused') this.#simulation.seen('late command refused')
    if (happening.what !== 'stopping') return
    const { instance } = happening
    const { name } = instance.spec
    if (instance.inFlight.size > 0 && instance.state === 'healthy') {
      this.#violation = new Violation('I-6', `${name} is stopped while it is answering ${instance.inFlight.size}`)
    }
  }

  /** Releases are queued at random times; now and then one is bad. */
  #queue(random: Random): void {
    const { scheduler, size, faults } = this.#simulation
    let atMs = 0
    for (let number = 1; number <= size; number += 1) {
      const release: ReleaseOnTarget = {
        digest: `digest-${number}`,
        version: `v${number}`,
        commit: `c${number}`,
        app: 'app',
      }
      const isBad = random.chance(faults['bad-release'])
      this.#world.publish(release, isBad ? random.pick(badBehaviours) : {})
      atMs += random.heavyTail(5000, 40_000)
      scheduler.after(atMs, scheduler.world, 'release queued', () => {
        enqueue(this.#database, release)
        this.#queuedAll = number === size
      })
    }
  }

  #visit(random: Random): void {
    const { scheduler } = this.#simulation
    scheduler.after(random.heavyTail(400, 5000), scheduler.world, 'visit', () => {
      if (!this.#visiting) return
      const visit = this.#host.edge.visit(visitorsHost, { takesMs: random.heavyTail(20, 8000) })
      void visit.then(({ status }) => this.#answered(status))
      this.#visit(random)
    })
  }

  #answered(status: number): void {
    if (status === 200) this.#hasServed = true
    const { faults } = this.#simulation
    const isExcused = excuses.some((fault) => faults[fault] > 0)
    if (status === 200 || !this.#hasServed || isExcused) return
    this.#violation = new Violation('I-5', `a visitor got ${status} though nothing but the server was troubled`)
  }
}

const excuses = [
  'host-restart',
  'edge-worker-loss',
  'instance-crash',
  'instance-freeze',
  'meddling',
  'bad-release',
] as const

const badBehaviours: readonly Partial<Behaviour>[] = [
  { healthyAfterMs: null },
  { healthyAfterMs: null, exitsAfterMs: 300 },
  { archive: 'damaged' },
  { healthyAfterMs: 9000 },
]
