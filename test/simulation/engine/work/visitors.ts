import type { Visit } from '../../../../src/targets/model/edge.ts'
import type { Random } from '../../kit/random.ts'
import type { Stage } from '../stage.ts'

/** People who use what is deployed. */
export class Visitors {
  readonly #stage: Stage
  readonly #random: Random
  #isOver = false

  constructor(stage: Stage) {
    this.#stage = stage
    this.#random = stage.simulation.random.stream('visitors')
    if (this.#random.chance(0.6)) this.#next()
    if (stage.shapes.some(({ bakeMs }) => bakeMs > 0)) this.#nextWatched()
  }

  stop(): void {
    this.#isOver = true
  }

  #next(): void {
    const { scheduler } = this.#stage.simulation
    scheduler.after(this.#random.heavyTail(3000, 10_000), scheduler.world, 'visit', () => {
      if (this.#isOver) return
      this.#visit()
      this.#next()
    })
  }

  /** Whoever comes while a release is watched; without them there is little to see. */
  #nextWatched(): void {
    const { scheduler, random } = this.#stage.simulation
    scheduler.after(random.stream('watched').between(500, 1000), scheduler.world, 'visit of the watched', () => {
      if (this.#isOver) return
      for (const { track, state } of this.#stage.records.openEverywhere) {
        if (state.kind === 'rolling' && state.steps[state.at]?.do === 'bake') this.#visitTrack(track)
      }
      this.#nextWatched()
    })
  }

  #visitTrack(track: string): void {
    const [project = '', app = '', environment = ''] = track.split('/')
    const visit = this.#stage.host.edge.visit(`${app}.${environment}.${project}.test`, {})
    void visit.then((answer: Visit) => this.#stage.visited(track, answer, 0))
  }

  #visit(): void {
    const shape = this.#random.pick(this.#stage.shapes)
    const environment = this.#random.pick(['staging', 'staging', 'production'])
    const app = this.#random.pick(shape.apps)
    const isLong = this.#random.chance(0.25)
    const takesMs = isLong ? this.#random.between(500, 8000) : this.#random.heavyTail(30, 1000)
    const site = `${app}.${environment}.${shape.project}.test`
    const visit = this.#stage.host.edge.visit(site, { takesMs })
    void visit.then((answer: Visit) => this.#stage.visited(`${shape.project}/${app}/${environment}`, answer, takesMs))
  }
}
