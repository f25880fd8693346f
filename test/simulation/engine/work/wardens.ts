import type { Engine } from '../../../../src/engine/engine.ts'
import type { Queries } from '../../../../src/engine/queries.ts'
import type { Random } from '../../kit/random.ts'
import type { Stage } from '../stage.ts'
import type { Invariant } from '../view.ts'
import type { Changes } from '../watch/records.ts'
import { people } from '../world/shape.ts'
import { mustBeRefusal } from './answers.ts'

interface Errand {
  readonly place: { readonly project: string; readonly environment: string }
  readonly by: string
  readonly forMs: number
  readonly random: Random
  readonly stage: Stage
}

type Act = (server: { engine: Engine; queries: Queries }, errand: Errand) => unknown

const acts: Readonly<Record<string, Act>> = {
  waive: ({ engine }, { place, by, forMs }) =>
    engine.actions.waive(place, { name: 'COLOR', reason: 'it is grey', forMs }, { by }),
  'approve a one-off': ({ engine, queries }, { by, random, stage }) =>
    withWaiting(stage, random, (oneOff) => {
      const plan = queries.oneOffs.planOf(oneOff)
      return plan === null ? null : engine.actions.approveOneOff(oneOff.id, plan.hash, { by })
    }),
  'reject a one-off': ({ engine }, { by, random, stage }) =>
    withWaiting(stage, random, ({ id }) => engine.actions.rejectOneOff(id, { by })),
  'cancel a one-off': ({ engine }, { by, random, stage }) => {
    const open = [...stage.records.oneOffs.values()].filter(({ state }) => state !== 'finished')
    return open.length === 0 ? null : engine.actions.cancelOneOff(random.pick(open).id, { by })
  },
}

/** People who let things pass or end them: waivers and one-off commands; and who change a database by hand. */
export class Wardens implements Invariant {
  readonly #stage: Stage
  readonly #random: Random

  constructor(stage: Stage) {
    this.#stage = stage
    this.#random = stage.simulation.random.stream('wardens')
    this.#listPending([])
    stage.world.teach('backup', { lines: [], endsAfterMs: 50, exitCode: 0, writes: 1000 })
    this.#schedule()
  }

  /** A command that waits is looked at, sooner or later, by two people or by none. */
  committed({ oneOffs }: Changes): void {
    const { scheduler } = this.#stage.simulation
    for (const { before, after } of oneOffs) {
      if (before !== null || after.state !== 'waiting') continue
      const doing = this.#random.pick(['approve a one-off', 'approve a one-off', 'reject a one-off', null])
      for (const by of doing === null ? [] : people)
        scheduler.after(this.#random.heavyTail(3000, 30_000), scheduler.world, 'a warden looks', () => {
          if (!this.#stage.isHealed && doing !== null) this.#do(doing, by)
        })
    }
  }

  #schedule(): void {
    const { scheduler, size, faults } = this.#stage.simulation
    const isCalm = Object.values(faults).every((strength) => strength === 0)
    let atMs = this.#random.below(5000)
    for (let count = 0; count < 1 + size; count += 1) {
      const isByHand = this.#random.chance(0.4) && !isCalm
      scheduler.after(atMs, scheduler.world, 'a warden', () => {
        if (this.#stage.isHealed) return
        if (isByHand) this.#listPending(this.#random.pick([[], ['0002_more'], ['0002_more', '0003_less']]))
        else this.#act()
      })
      atMs += this.#random.heavyTail(6000, 60_000)
    }
  }

  /** The database lacks these, as far as the releases' own command can tell. */
  #listPending(names: readonly string[]): void {
    const lines = names.map((text) => ({ stream: 'out' as const, text, afterMs: 1 }))
    this.#stage.world.teach('pending', { lines, endsAfterMs: 5, exitCode: names.length === 0 ? 0 : 1 })
  }

  #act(): void {
    const random = this.#random
    this.#do(random.pick(Object.keys(acts)), random.pick(people))
  }

  #do(doing: string, by: string): void {
    const random = this.#random
    const { project, pairs } = random.pick(this.#stage.shapes)
    const suffix = pairs > 1 && random.chance(0.3) ? '-eu' : ''
    const place = { project, environment: `${random.pick(['staging', 'production'])}${suffix}` }
    const errand = { place, by, forMs: random.heavyTail(8000, 60_000), random, stage: this.#stage }
    const asked = this.#stage.reachable?.ask(doing, (engine, queries) => acts[doing]?.({ engine, queries }, errand))
    asked?.catch((error: unknown) => mustBeRefusal(this.#stage, doing, error))
  }
}

type OneOff = ReturnType<Stage['records']['oneOffs']['get']> & object

function withWaiting(stage: Stage, random: Random, act: (oneOff: OneOff) => unknown): unknown {
  const waiting = [...stage.records.oneOffs.values()].filter(({ state }) => state === 'waiting')
  return waiting.length === 0 ? null : act(random.pick(waiting))
}
