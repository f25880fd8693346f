import type { BakeLook } from '../../domain/bake.ts'
import type { StepWork } from '../perform-step.ts'
import { callMs, limited } from '../place.ts'
import { measure } from './measure.ts'

/** One look at a release on trial: what visitors got of it, and how its instances are. What follows from it is decided elsewhere. */
export async function lookAt(work: StepWork): Promise<BakeLook> {
  const { driver, deployment, parts } = work
  const takenAt = parts.time.now()
  const { traffic = null } = await measure(work, 'look')
  const seen = await limited(work, callMs, (signal) => driver.observe(deployment.track, signal))
  const own = seen.instances.filter((each) => each.deployment === deployment.id)
  return {
    takenAt,
    traffic,
    instances: own.map(({ name, restarts, state }) => ({ name, restarts, isHealthy: state === 'healthy' })),
  }
}
