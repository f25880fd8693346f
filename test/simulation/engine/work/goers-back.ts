import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { Stage } from '../stage.ts'
import type { Invariant } from '../view.ts'
import type { Changes } from '../watch/records.ts'
import { mustBeRefusal } from './answers.ts'

/**
 * People who do not like what has gone live, and go back to what was there before, which may not run any more: the world
 * has moved on.
 */
export class GoersBack implements Invariant {
  readonly #stage: Stage
  readonly #lastOn = new Map<string, Deployment['release']>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  committed({ deployments }: Changes): void {
    for (const { after } of deployments) {
      if (after.state.kind !== 'finished' || after.state.outcome !== 'succeeded') continue
      const before = this.#lastOn.get(after.track)
      this.#lastOn.set(after.track, after.release)
      if (before !== undefined && before.id !== after.release.id) this.#consider(after, before)
    }
  }

  #consider({ track, project }: Deployment, { digest, version, commit }: Deployment['release']): void {
    const { simulation, world } = this.#stage
    const { scheduler, faults } = simulation
    const random = simulation.random.stream('goers back')
    const isCalm = Object.values(faults).every((strength) => strength === 0)
    const [goes, isAged, afterMs] = [random.chance(0.25), random.chance(0.6), random.heavyTail(3000, 20_000)]
    if (!goes || isCalm) return
    const [, app = '', environment = ''] = track.split('/')
    scheduler.after(afterMs, scheduler.world, 'goes back', () => {
      if (this.#stage.isHealed) return
      if (isAged) world.publish({ digest, version, commit, app }, { healthyAfterMs: null, exitsAfterMs: 300 })
      const asked = this.#stage.reachable?.ask('go back', (engine) =>
        engine.actions.rollback(
          { project, environment, app },
          { version: null },
          { by: 'grace', comment: 'as before' },
        ),
      )
      asked?.catch((error: unknown) => mustBeRefusal(this.#stage, 'roll back', error))
    })
  }
}
