import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../../src/lib/clock.ts'
import { Fault } from '../../../src/lib/fault.ts'
import {
  bareRouting,
  type InstanceDriver,
  type InstanceSpec,
  type Order,
  type ReleaseOnTarget,
} from '../../../src/targets/driver.ts'

/**
 * The smallest program that deploys as an engine does: intent, effect, record; deterministic names; a rising command
 * number with every call. The simulation kit is tried on it, and its planted defects show that the kit finds such things.
 */
export interface DeployerParts {
  readonly database: DatabaseSync
  readonly driver: InstanceDriver
  readonly clock: Clock
  readonly track: string
  readonly host: string
  readonly defect: string | null
  committed(): void
  /** For the defect that names at random. */
  randomName(): string
  seen(situation: string): void
}

export type State = 'queued' | 'placing' | 'routing' | 'removing' | 'reverting' | 'live' | 'replaced' | 'failed'

export interface Deployment {
  readonly id: number
  readonly release: ReleaseOnTarget
  readonly state: State
}

const instancesEach = 2
const callLimitMs = 30_000
const againAfterMs = 500

export function createTables(connection: DatabaseSync): void {
  connection.exec(`
    CREATE TABLE deployments (id INTEGER PRIMARY KEY, release TEXT NOT NULL, state TEXT NOT NULL) STRICT;
    CREATE TABLE numbers (newest INTEGER NOT NULL) STRICT;
    INSERT INTO numbers VALUES (1);
  `)
}

export function deploymentsIn(database: DatabaseSync): readonly Deployment[] {
  return database
    .prepare('SELECT id, release, state FROM deployments ORDER BY id')
    .all()
    .map((row) => ({ id: Number(row.id), release: JSON.parse(String(row.release)), state: String(row.state) as State }))
}

export function enqueue(database: DatabaseSync, release: ReleaseOnTarget): void {
  database.prepare("INSERT INTO deployments (release, state) VALUES (?, 'queued')").run(JSON.stringify(release))
}

export function isFinal({ state }: Deployment): boolean {
  return state === 'live' || state === 'replaced' || state === 'failed'
}

export class Deployer {
  readonly #parts: DeployerParts

  constructor(parts: DeployerParts) {
    this.#parts = parts
  }

  /** Until the end of its life. */
  async work(): Promise<never> {
    for (;;) {
      const deployment = deploymentsIn(this.#parts.database).find((each) => !isFinal(each))
      if (deployment === undefined) await this.#parts.clock.sleep(againAfterMs)
      else await this.#advance(deployment)
    }
  }

  /** One effect, and the record of it. When the effect goes wrong, it is tried again or the other way is taken. */
  async #advance(deployment: Deployment): Promise<void> {
    try {
      this.#move(deployment, await this.#effect(deployment))
    } catch (error) {
      if (!(error instanceof Fault) || error.temporary) return this.#tryAgain(error)
      this.#move(deployment, this.#wayOut(deployment.state, error))
      await this.#parts.clock.sleep(againAfterMs)
    }
  }

  async #effect(deployment: Deployment): Promise<State> {
    const { driver } = this.#parts
    switch (deployment.state) {
      case 'queued':
        return 'placing'
      case 'placing':
        await this.#limited((signal) => driver.prepare(deployment.release, this.#order(), signal))
        await this.#limited((signal) => driver.place(this.#specs(deployment), this.#order(), signal))
        return this.#parts.defect === 'removes too early' ? 'removing' : 'routing'
      case 'routing':
        await this.#route(deployment)
        return 'removing'
      case 'removing':
        await this.#removeOthers(deployment)
        if (this.#parts.defect === 'removes too early') await this.#route(deployment)
        return 'live'
      default:
        await this.#remove(this.#specs(deployment))
        return 'failed'
    }
  }

  #wayOut(state: State, fault: Fault): State {
    if (this.#parts.defect === 'health ignored' && fault.code === 'instance.unhealthy') return 'removing'
    if (fault.code === 'instance.unhealthy' || fault.code.startsWith('artifact.')) return 'reverting'
    return state === 'routing' ? 'placing' : state
  }

  async #route(deployment: Deployment): Promise<void> {
    const { driver, host } = this.#parts
    const instances = this.#specs(deployment).map((spec) => spec.name)
    const { release, id } = deployment
    const routing = {
      ...bareRouting,
      hosts: [host],
      port: null,
      deployment: `d${id}`,
      release,
      environment: 'production',
      instances,
    }
    await this.#limited((signal) => driver.route(routing, this.#order(), signal))
  }

  async #removeOthers(deployment: Deployment): Promise<void> {
    const others = deploymentsIn(this.#parts.database).filter((each) => each.state === 'live')
    await this.#remove(others.flatMap((other) => this.#specs(other)))
    for (const other of others) if (other.id !== deployment.id) this.#move(other, 'replaced')
  }

  async #remove(specs: readonly InstanceSpec[]): Promise<void> {
    const { driver } = this.#parts
    const stops = specs.map(({ name, stop }) => ({ name, stop }))
    if (this.#parts.defect !== 'no drain') {
      await this.#limited((signal) => driver.drain(stops, this.#order(), signal))
    }
    await this.#limited((signal) => driver.remove(stops, this.#order(), signal))
  }

  #specs({ id, release }: Deployment): readonly InstanceSpec[] {
    const random = this.#parts.defect === 'random names'
    return Array.from({ length: instancesEach }, (_, index) => ({
      name: `d${id}-web-${random ? this.#parts.randomName() : index + 1}`,
      track: this.#parts.track,
      deployment: `d${id}`,
      release,
      process: 'web',
      argv: ['serve'],
      env: {},
      directory: '.',
      shared: [],
      routed: true,
      health: {
        probe: { kind: 'tcp' },
        startPeriodMs: 10_000,
        intervalMs: 500,
        timeoutMs: 500,
        passes: 2,
        failures: 2,
      },
      stop: { signal: 'SIGTERM', graceMs: 5000, drainMs: 10_000 },
    }))
  }

  #order(): Order {
    const { database, track, defect, committed } = this.#parts
    if (defect === 'no fence') return { track, number: 1 }
    const row = database.prepare('UPDATE numbers SET newest = newest + 1 RETURNING newest').get()
    committed()
    return { track, number: Number(row?.newest) }
  }

  #move({ id }: Deployment, to: State): void {
    this.#parts.database.prepare('UPDATE deployments SET state = ? WHERE id = ?').run(to, id)
    this.#parts.committed()
  }

  async #tryAgain(error: unknown): Promise<void> {
    this.#parts.seen(error instanceof Fault ? 'temporary fault' : 'call limit reached')
    await this.#parts.clock.sleep(againAfterMs)
  }

  async #limited<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const [limit, over] = [new AbortController(), new AbortController()]
    const timer = this.#parts.clock.sleep(callLimitMs, over.signal)
    timer.then(
      () => limit.abort(new Error('limit reached')),
      () => {}, // the call was in time
    )
    try {
      return await call(limit.signal)
    } finally {
      over.abort()
    }
  }
}
