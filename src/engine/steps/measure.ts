import type { StepOutcome } from '../../domain/deployment.ts'
import type { StepWork } from '../perform-step.ts'
import { limited } from '../place.ts'
import { keepSample } from '../traffic-watch.ts'

/** Counting is worth this much waiting and no more. */
const measureMs = 5_000

/** Counting must not decide about a deployment: what cannot be measured is recorded as not measured. */
export async function measure(work: StepWork, window: 'open' | 'close' | 'look'): Promise<StepOutcome> {
  const { driver, deployment, parts } = work
  if (!driver.can.traffic) return {}
  try {
    const traffic = await limited(work, measureMs, (signal) => driver.traffic(deployment.track, window, signal))
    if (window === 'open' || deployment.opened !== null) keepSample(parts, deployment, traffic)
    return { traffic }
  } catch (error) {
    if (work.signal.aborted) throw error
    parts.log.warn('traffic not measured', { deployment: deployment.id, window, error })
    return {}
  }
}
