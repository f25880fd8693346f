import { Consoles } from '../../../src/engine/consoles.ts'
import { Engine } from '../../../src/engine/engine.ts'
import { type Parts, rules } from '../../../src/engine/parts.ts'
import { Queries } from '../../../src/engine/queries.ts'
import { EngineTime } from '../../../src/engine/time.ts'
import type { Log } from '../../../src/lib/log.ts'
import { silent } from '../../../src/lib/log.ts'
import { Database } from '../../../src/store/database.ts'
import type { Store } from '../../../src/store/store.ts'
import { deafNotices } from '../../helpers/notices.ts'
import { clockOf } from '../kit/clock.ts'
import { gated } from '../kit/gate.ts'
import { programDriver } from '../kit/program-driver.ts'
import type { Life } from '../kit/scheduler.ts'
import type { Program } from '../nemesis/server.ts'
import type { Stage } from './stage.ts'
import { watchedStore } from './watch/store.ts'
import { sourceOf } from './world/source.ts'

/** One life of the server: the real engine on the real store, with everything outside it simulated. */
export class EngineLife implements Program {
  readonly life: Life
  readonly #stage: Stage
  #engine: Engine | null = null
  #queries: Queries | null = null

  constructor(stage: Stage, life: Life) {
    this.#stage = stage
    this.life = life
    // A moment after its birth, so that what it is born from is complete.
    stage.simulation.scheduler.after(0, life, 'server begins', () => void this.#begin())
  }

  /** Whether people can reach it. */
  get isServing(): boolean {
    return this.#queries !== null && this.life.alive
  }

  /** A person's or a program's request. Its answer is never heard when the server dies before. */
  ask<T>(label: string, work: (engine: Engine, queries: Queries) => T | Promise<T>): Promise<T> {
    const { scheduler } = this.#stage.simulation
    const inside = new Promise<T>((resolve, reject) => {
      scheduler.after(0, this.life, label, () => {
        const [engine, queries] = [this.#engine, this.#queries]
        if (engine === null || queries === null) return
        const answer = async () => await work(engine, queries)
        answer().then(resolve, reject)
      })
    })
    return gated(scheduler, this.life, `${label}: answered`, inside)
  }

  async stop(): Promise<void> {
    this.#queries = null
    await this.#engine?.stop()
  }

  async #begin(): Promise<void> {
    const { life } = this
    try {
      const parts = this.#stage.planted(partsOf(this.#stage, life), life)
      this.#engine = new Engine(parts, (error) => this.#stage.ended(life, error))
      await this.#engine.start()
      this.#queries = new Queries(parts)
    } catch (error) {
      this.#stage.ended(life, error)
    }
  }
}

function partsOf(stage: Stage, life: Life): Parts {
  const { simulation, disk, runner, archives, git, settings } = stage
  const { scheduler } = simulation
  const outside = { scheduler, life }
  const store: Store = watchedStore(
    new Database(disk.connect(life)),
    (writing) => stage.wrote(writing),
    () => simulation.seen('a result that came too late'),
  )
  const clock = clockOf(scheduler, life)
  const driver = programDriver(scheduler, life, stage.way)
  return {
    ...{ store, clock, settings, rules },
    time: new EngineTime(clock, store.facts.newest(1)[0]?.at ?? 0),
    log: logOf(stage, life),
    runner: runner.of(outside),
    artifacts: archives.of(outside),
    source: sourceOf(stage, outside),
    secrets: {
      seal: async (place, value) => `${place}=${value}`,
      open: async (place, sealed) => {
        if (!sealed.startsWith(`${place}=`)) throw new Error(`${sealed} does not belong to ${place}`)
        return sealed.slice(place.length + 1)
      },
    },
    driver: () => driver,
    baseEnvironment: {},
    parse: (text) => git.parse(text),
    drizzleLook: '',
    readSql: async () => null,
    consoles: new Consoles(clock),
    openLog: async () => ({ write: () => {}, close: async () => {} }),
    notices: deafNotices,
  }
}

/** Lines of the server's log belong to the trace when somebody reads it. */
function logOf({ simulation }: Stage, life: Life): Log {
  if (!simulation.trace.isRead) return silent
  const say =
    (level: string) =>
    (sentence: string, fields: object = {}) =>
      simulation.trace.note(
        simulation.scheduler.monotonic(),
        `${life.name} ${level}: ${sentence}`,
        JSON.stringify(fields, shown),
      )
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
}

function shown(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value
}
