import { energyOf, type Lap, type LapKept } from '../domain/energy.ts'
import type { JobPlan, JobResult } from '../runner/runner.ts'
import type { Parts } from './parts.ts'

/**
 * Runs a job and keeps what it took, for a run or for a deployment: also when nobody waits for its result any more, as it has been
 * cancelled.
 */
export async function runCounted(
  parts: Parts,
  { plan, subject }: { readonly plan: JobPlan; readonly subject: string },
  signal: AbortSignal,
): Promise<JobResult> {
  const result = await parts.runner.run(plan, signal)
  keepLaps(parts, { plan, subject, laps: result.laps })
  return result
}

interface Keeping {
  readonly plan: JobPlan
  readonly subject: string
  readonly laps: readonly Lap[]
}

/** That what a job took is not known is nothing against the job. */
function keepLaps({ store, settings, time, log }: Parts, { plan, subject, laps }: Keeping): void {
  if (laps.length === 0) return
  const { attempt, project } = plan
  const kept = laps.map((lap): LapKept => {
    const { name, step, durationMs, cpuMs } = lap
    return { attempt, name, step, durationMs: Math.round(durationMs), cpuMs, energy: energyOf(lap, settings.power) }
  })
  try {
    store.db.transaction(() => store.energies.keep({ subject, project, attempt }, kept, time.now()))
  } catch (error) {
    log.warn('what a job took could not be kept', { attempt, error })
  }
}
