import { energyOf, type Lap, type LapKept } from '../domain/energy.ts'
import type { JobPlan, JobResult } from '../runner/runner.ts'
import type { LapsOf } from '../store/energies.ts'
import type { OneOffResult } from '../targets/driver.ts'
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
  keepLaps(parts, { subject, project: plan.project, attempt: plan.attempt }, result.laps)
  return result
}

/** Keeps what a command on a target took, where it tells that. */
export function keepCommand(
  parts: Parts,
  { name, ...of }: LapsOf & { readonly name: string },
  { cpuMs, durationMs }: Pick<OneOffResult, 'cpuMs' | 'durationMs'>,
): void {
  if (cpuMs === undefined) return
  keepLaps(parts, of, [{ name, step: null, durationMs, cpuMs, counted: null }])
}

/** That what a job took is not known is nothing against the job. */
function keepLaps({ store, settings, time, log }: Parts, of: LapsOf, laps: readonly Lap[]): void {
  if (laps.length === 0) return
  const { attempt } = of
  const kept = laps.map((lap): LapKept => {
    const { name, step, durationMs, cpuMs } = lap
    return { attempt, name, step, durationMs: Math.round(durationMs), cpuMs, energy: energyOf(lap, settings.power) }
  })
  try {
    store.db.transaction(() => store.energies.keep(of, kept, time.now()))
  } catch (error) {
    log.warn('what a job took could not be kept', { attempt, error })
  }
}
