import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { Random } from '../../kit/random.ts'
import type { Stage } from '../stage.ts'
import type { Invariant } from '../view.ts'
import type { Changes } from '../watch/records.ts'
import { people } from '../world/shape.ts'
import { mustBeRefusal } from './answers.ts'

/** People who look at what waits for them and say yes, no or nothing: at once, late, twice, or to what was there before. */
export class Approvers implements Invariant {
  readonly #stage: Stage
  readonly #random: Random
  readonly #ticks: Random
  #seen = 'never seen'

  constructor(stage: Stage) {
    this.#stage = stage
    this.#random = stage.simulation.random.stream('approvers')
    this.#ticks = stage.simulation.random.stream('ticks')
  }

  committed({ deployments }: Changes): void {
    for (const { before, after } of deployments) {
      if (after.state.kind === 'waiting' && before?.state.kind !== 'waiting') this.#notice(after)
    }
  }

  #notice({ id }: Deployment): void {
    const random = this.#random
    const kind = random.below(100)
    const [lookMs, decideMs] = [random.heavyTail(2000, 60_000), random.heavyTail(500, 30_000)]
    if (kind < 70) for (const by of people.slice(0, kind < 50 ? 2 : 3)) this.#approve(id, by, { lookMs, decideMs })
    else if (kind < 78) this.#later(lookMs, () => this.#reject(id))
    else if (kind < 86) this.#later(lookMs, () => this.#say(id, people[0], this.#seen))
    if (this.#ticks.chance(0.1)) this.#later(lookMs, () => this.#approveAll())
  }

  /** Somebody who ticks everything that waits, and says yes once. */
  #approveAll(): void {
    const waiting = this.#stage.records.openEverywhere.filter(({ state }) => state.kind === 'waiting')
    if (waiting.length < 2) return
    const by = this.#ticks.pick(people)
    const said = this.#stage.reachable?.ask('approve all', (engine, queries) => {
      const yeses = waiting.map(({ id }) => ({ deployment: id, plan: queries.planOf(id).hash }))
      return engine.actions.approveAll(yeses, { by })
    })
    said?.then(
      () => this.#stage.simulation.seen('several approved in one act'),
      (error: unknown) => mustBeRefusal(this.#stage, 'approve all', error),
    )
  }

  #approve(id: string, by: string, { lookMs, decideMs }: { lookMs: number; decideMs: number }): void {
    const ownMs = this.#random.below(2000)
    const isTwice = this.#random.chance(0.1)
    this.#later(lookMs + ownMs, () => {
      const plan = this.#stage.reachable?.ask('plan is looked at', (_engine, queries) => queries.planOf(id).hash)
      plan?.then(
        (hash) => {
          this.#seen = hash
          this.#later(decideMs, () => this.#say(id, by, hash))
          if (isTwice) this.#later(decideMs * 2, () => this.#say(id, by, hash))
        },
        (error: unknown) => mustBeRefusal(this.#stage, 'look at a plan', error),
      )
    })
  }

  #say(id: string, by: string, hash: string): void {
    const said = this.#stage.reachable?.ask('approve', (engine) => engine.actions.approve(id, hash, { by }))
    said?.catch((error: unknown) => mustBeRefusal(this.#stage, 'approve', error))
  }

  #reject(id: string): void {
    const said = this.#stage.reachable?.ask('reject', (engine) =>
      engine.actions.reject(id, 'not today', { by: 'grace' }),
    )
    said?.catch((error: unknown) => mustBeRefusal(this.#stage, 'reject', error))
  }

  #later(ms: number, act: () => void): void {
    const { scheduler } = this.#stage.simulation
    scheduler.after(ms, scheduler.world, 'an approver', () => {
      if (!this.#stage.isHealed) act()
    })
  }
}
