import type { StepOutcome } from '../../domain/deployment.ts'
import { mayBePending } from '../../domain/migrations.ts'
import { wordsOf } from '../../domain/words.ts'
import { Fault } from '../../lib/fault.ts'
import { surveyFor } from '../find-survey.ts'
import type { StepWork } from '../perform-step.ts'
import { migrationCommand } from './migration-command.ts'

/** Where the command is told to write. */
const fileVariable = 'SIGNALBOX_BACKUP_FILE'
/** Configurations stored by an older version do not say. */
const usualKeep = 5

/** A backup that is not there, or has nothing in it, is none: the migration does not begin. */
export async function backupStep(work: StepWork): Promise<StepOutcome> {
  const { deployment, context } = work
  const { migrations } = context.app
  if (migrations === null || migrations.backup === null) return {}
  const isNeeded = context.environment.policies.backupBeforeMigrate === 'on'
  if (!isNeeded && !mayBePending(surveyFor(work.parts.store, deployment)))
    return { told: { skipped: 'nothing is pending' } }
  const backup = { variable: fileVariable, keep: migrations.keepBackups ?? usualKeep }
  const result = await migrationCommand(work, { name: 'backup', argv: wordsOf(migrations.backup), backup })
  if (result.problem !== null) fail(work, result.problem)
  const file = result.backup
  if (file === undefined) fail(work, 'ended well, but its target keeps no backups')
  if (file.bytes === 0) fail(work, `ended well, but wrote nothing to $${fileVariable}`)
  return { told: { path: file.path, bytes: file.bytes, durationMs: result.durationMs } }
}

function fail({ deployment }: StepWork, problem: string): never {
  throw new Fault('backup.failed', { details: { deployment: deployment.id, problem } })
}
