import type { Scenario, Simulation, Subject } from '../kit/simulation.ts'
import { defects } from './defects.ts'
import { Quiet } from './quiet.ts'
import { situations } from './situations.ts'
import { Stage } from './stage.ts'
import { Workload } from './workload.ts'

/** The real engine on its real store, in a world of its own. */
export const engine: Subject = {
  name: 'engine',
  situations,
  defects: Object.fromEntries(Object.entries(defects).map(([name, { breaks }]) => [name, breaks])),
  begin: (simulation) => new EngineScenario(simulation),
}

class EngineScenario implements Scenario {
  readonly #stage: Stage
  readonly #workload: Workload
  readonly #quiet: Quiet

  constructor(simulation: Simulation) {
    this.#stage = new Stage(simulation)
    this.#workload = new Workload(this.#stage)
    this.#quiet = new Quiet(this.#stage)
  }

  check(): void {
    this.#stage.check()
  }

  heal(): void {
    this.#workload.stop()
    this.#stage.heal()
  }

  isQuiet(): boolean {
    return this.#quiet.look() === null
  }

  checkEnd(): void {
    this.#stage.checkEnd()
  }

  unfinished(): string {
    return this.#quiet.look() ?? 'nothing'
  }

  [Symbol.dispose](): void {
    this.#stage[Symbol.dispose]()
  }
}
