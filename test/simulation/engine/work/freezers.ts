import type { Engine } from '../../../../src/engine/engine.ts'
import type { Random } from '../../kit/random.ts'
import type { Stage } from '../stage.ts'
import { people } from '../world/shape.ts'
import { mustBeRefusal } from './answers.ts'

/** People who freeze an environment for a while, think better of it, or let things go all the same. */
export class Freezers {
  readonly #stage: Stage
  readonly #random: Random

  constructor(stage: Stage) {
    this.#stage = stage
    this.#random = stage.simulation.random.stream('freezers')
    if (!this.#random.chance(0.4)) return
    const { scheduler } = stage.simulation
    for (let count = this.#random.between(1, 4); count > 0; count -= 1)
      scheduler.after(this.#random.heavyTail(15_000, 120_000), scheduler.world, 'a freezer', () => this.#act())
  }

  #act(): void {
    const random = this.#random
    const place = {
      project: random.pick(this.#stage.projects),
      environment: random.pick(['staging', 'staging', 'production']),
    }
    const [by, kind, forMs] = [random.pick(people), random.below(10), random.heavyTail(8000, 60_000)]
    const act = (engine: Engine): unknown => {
      if (kind < 6) return engine.actions.freeze(place, { reason: 'sale', from: null, until: null, forMs }, { by })
      if (kind < 8) return engine.actions.unfreeze(place, null, { by })
      return engine.actions.overrideFreeze(place, { reason: 'it cannot wait', forMs }, { by })
    }
    if (this.#stage.isHealed) return
    const asked = this.#stage.reachable?.ask('freeze', act)
    asked?.catch((error: unknown) => mustBeRefusal(this.#stage, 'freeze', error))
  }
}
