import type { StepOutcome } from '../../domain/deployment.ts'
import { namesOf } from '../../domain/migrations.ts'
import type { Step } from '../../domain/rollout.ts'
import { wordsOf } from '../../domain/words.ts'
import { Fault } from '../../lib/fault.ts'
import { surveyFor } from '../find-survey.ts'
import type { StepWork } from '../perform-step.ts'
import { migrationCommand } from './migration-command.ts'

/** From here on a migration is told apart as a long one: while it runs, others may wait for what it locks. */
const longMs = 30_000

/**
 * The one runner: no other migration of the track, nor of anybody with the same lock, runs beside it, also not one that a
 * cancelled deployment has left.
 */
export async function migrateStep(work: StepWork, { lock, isLate }: Step & { do: 'migrate' }): Promise<StepOutcome> {
  const { deployment, context } = work
  const { migrations } = context.app
  if (migrations === null) return {}
  const argv = wordsOf(migrations.command)
  const result = await migrationCommand(work, { name: 'migrate', argv, lock: lock ?? deployment.track })
  if (result.problem !== null) {
    const details = { deployment: deployment.id, problem: result.problem }
    throw new Fault(isLate ? 'migration.failed_late' : 'migration.failed', { details })
  }
  const { durationMs } = result
  const applied = namesOf(surveyFor(work.parts.store, deployment))
  const note =
    durationMs < longMs
      ? {}
      : { note: `took ${Math.round(durationMs / 1000)} s: over 30 s is long, see docs/guides/migrations.md` }
  return { applied, told: { applied, durationMs, ...note } }
}
