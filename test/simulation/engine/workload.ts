import type { Stage } from './stage.ts'
import { Approvers } from './work/approvers.ts'
import { Freezers } from './work/freezers.ts'
import { GoersBack } from './work/goers-back.ts'
import { People } from './work/people.ts'
import { Pushes } from './work/pushes.ts'
import { Visitors } from './work/visitors.ts'
import { Wardens } from './work/wardens.ts'

/** What goes on around the server: pushes, people, visitors. The size of the seed says how much. */
export class Workload {
  readonly #stage: Stage
  readonly #pushes: Pushes
  readonly #people: People
  readonly #visitors: Visitors
  #isOver = false

  constructor(stage: Stage) {
    this.#stage = stage
    this.#pushes = new Pushes(stage)
    this.#people = new People(stage)
    this.#visitors = new Visitors(stage)
    stage.listen(new Approvers(stage))
    stage.listen(new GoersBack(stage))
    new Freezers(stage)
    stage.listen(new Wardens(stage))
    this.#schedule()
  }

  /** Nothing more is begun. */
  stop(): void {
    this.#isOver = true
    this.#visitors.stop()
  }

  #schedule(): void {
    const { simulation } = this.#stage
    const { scheduler, size } = simulation
    const random = simulation.random.stream('workload')
    let atMs = random.below(1000)
    for (let count = 0; count < 1 + size; count += 1) {
      const isPush = random.chance(0.4) || count === 0
      scheduler.after(atMs, scheduler.world, isPush ? 'somebody pushes' : 'somebody asks', () => {
        if (this.#isOver) return
        if (isPush) this.#pushes.push()
        else this.#people.ask()
      })
      atMs += random.heavyTail(5000, 60_000)
    }
  }
}
