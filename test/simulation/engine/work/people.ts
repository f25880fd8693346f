import type { Engine } from '../../../../src/engine/engine.ts'
import type { Random } from '../../kit/random.ts'
import type { Stage } from '../stage.ts'
import { people, type Shape } from '../world/shape.ts'
import { mustBeRefusal } from './answers.ts'

interface Wish {
  readonly place: { readonly project: string; readonly environment: string; readonly app: string }
  readonly by: string
  readonly random: Random
  readonly stage: Stage
}

type Act = (engine: Engine, wish: Wish) => unknown

/** What people ask for, and how often. */
const acts: readonly (readonly [string, number, Act])[] = [
  [
    'deploy',
    8,
    (engine, { place, by, random, stage }) =>
      engine.actions.deploy(place, { version: version(stage, place, random) }, { by }),
  ],
  ['redeploy', 14, (engine, { place, by }) => engine.actions.redeploy(place, { by })],
  [
    'roll back',
    14,
    (engine, { place, by, random, stage }) =>
      engine.actions.rollback(place, { version: random.chance(0.7) ? null : version(stage, place, random) }, { by }),
  ],
  [
    'promote',
    6,
    (engine, { place, by }) => engine.actions.promote({ ...place, environment: 'staging', to: 'production' }, { by }),
  ],
  ['scale', 12, (engine, { place, by, random }) => engine.actions.scale(place, counts(random), { by })],
  [
    'lock',
    6,
    (engine, { place, by, random }) =>
      engine.actions.lock(
        place,
        { reason: 'wait', forMs: random.chance(0.8) ? random.heavyTail(8000, 60_000) : null },
        { by },
      ),
  ],
  ['unlock', 6, (engine, { place, by }) => engine.actions.unlock(place, { by })],
  [
    'set variables',
    8,
    (engine, { place, by, random }) => engine.actions.setVariables(place, variables(random), { by }),
  ],
  [
    'change variables and apply them',
    8,
    async (engine, { place, by, random }) => {
      await engine.actions.setVariables(place, variables(random), { by })
      engine.actions.applyVariables(place, { by })
    },
  ],
  ['cancel', 14, (engine, { by, random, stage }) => cancelOne(engine, { by, random, stage })],
  [
    'cancel a run',
    4,
    (engine, { by, random, stage }) =>
      withOne([...stage.records.unfinishedRuns], random, (id) => engine.actions.cancelRun(id, { by })),
  ],
  [
    'rerun',
    6,
    (engine, { by, random, stage }) =>
      withOne(worthRunningAgain(stage), random, (id) => engine.actions.rerun(id, { by })),
  ],
  [
    'one-off',
    8,
    (engine, { place, by, random }) =>
      engine.actions.startOneOff(
        place,
        { words: [random.pick(['quick', 'slow', 'endless'])], limitMs: 20_000 },
        { by },
      ),
  ],
  [
    'migrate',
    8,
    (engine, { place, by, random, stage }) =>
      engine.actions.migrate(
        place,
        { version: version(stage, place, random), destructive: random.chance(0.9) },
        { by },
      ),
  ],
  ['approve', 4, (engine, { by, random, stage }) => approveAny(engine, { by, random, stage })],
]

const weights = acts.reduce((sum, [, weight]) => sum + weight, 0)

/** People at work, one request at a time. Who gets no answer asks again, now and then. */
export class People {
  readonly #stage: Stage
  readonly #random: Random

  constructor(stage: Stage) {
    this.#stage = stage
    this.#random = stage.simulation.random.stream('people')
    stage.world.teach('slow', { lines: [], endsAfterMs: 6000, exitCode: 0 })
    stage.world.teach('endless', { lines: [], endsAfterMs: 3_600_000, exitCode: 0 })
    stage.world.teach('migrate', { lines: [], endsAfterMs: 800, exitCode: 0 })
    stage.world.teach('migrate-in-vain', { lines: [], endsAfterMs: 800, exitCode: 1 })
    stage.world.teach('migrate-for-ever', { lines: [], endsAfterMs: 3_600_000, exitCode: 0 })
  }

  ask(): void {
    const [doing, act] = this.#choose()
    const place = this.#place()
    const by = this.#random.pick(people)
    const wish = { place, by, random: this.#random, stage: this.#stage }
    const isImpatient = this.#random.chance(0.15)
    this.#request(doing, act, wish)
    const { scheduler } = this.#stage.simulation
    if (isImpatient) scheduler.after(1500, scheduler.world, 'asks again', () => this.#request(doing, act, wish))
  }

  #request(doing: string, act: Act, wish: Wish): void {
    if (this.#stage.isHealed) return
    const asked = this.#stage.reachable?.ask(doing, (engine) => act(engine, wish))
    asked?.catch((error: unknown) => mustBeRefusal(this.#stage, doing, error))
  }

  #choose(): readonly [string, Act] {
    let left = this.#random.below(weights)
    for (const [name, weight, act] of acts) {
      left -= weight
      if (left < 0) return [name, act]
    }
    throw new RangeError('no act')
  }

  #place(): Wish['place'] {
    const { project, apps, pairs }: Shape = this.#random.pick(this.#stage.shapes)
    const names = ['staging', 'staging', 'production', ...(pairs > 1 ? ['staging-eu', 'production-eu'] : [])]
    return { project, environment: this.#random.pick(names), app: this.#random.pick(apps) }
  }
}

function version(stage: Stage, { project, app }: Wish['place'], random: Random): string | null {
  const known = [...stage.records.releases.values()].filter((each) => each.project === project && each.app === app)
  return known.length === 0 || random.chance(0.3) ? null : random.pick(known).version
}

/** Mostly what did not succeed; and when everything has, something that must not be run again. */
function worthRunningAgain({ records }: Stage): readonly string[] {
  const failed = [...records.runs.values()].filter(({ outcome }) => outcome !== null && outcome !== 'succeeded')
  return failed.length > 0 ? failed.map(({ id }) => id) : [...records.runs.keys()].slice(-3)
}

function counts(random: Random): Record<string, number> {
  return random.chance(0.7)
    ? { web: random.between(0, 4) }
    : { [random.pick(['worker', 'beat'])]: random.between(0, 2) }
}

function variables(random: Random) {
  const value = random.chance(0.85) ? `value ${random.below(1000)}` : null
  return [{ name: random.pick(['COLOR', 'COLOR', 'SIZE']), value, secret: random.chance(0.3) }]
}

type Someone = Pick<Wish, 'by' | 'random' | 'stage'>

function cancelOne(engine: Engine, { by, random, stage }: Someone): unknown {
  const open = stage.records.openEverywhere.map(({ id }) => id)
  return withOne(open, random, (id) => engine.actions.cancelDeployment(id, { by }))
}

/** Whatever waits, with a hash that is no plan of it. */
function approveAny(engine: Engine, { by, random, stage }: Someone): unknown {
  const waiting = stage.records.openEverywhere.filter(({ state }) => state.kind === 'waiting').map(({ id }) => id)
  return withOne(waiting, random, (id) => engine.actions.approve(id, 'no plan of it', { by }))
}

function withOne(ids: readonly string[], random: Random, act: (id: string) => unknown): unknown {
  return ids.length === 0 ? null : act(random.pick(ids))
}
