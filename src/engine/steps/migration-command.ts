import { showDuration } from '../../lib/duration.ts'
import type { BackupOrder, OneOffResult } from '../../targets/driver.ts'
import { keepCommand } from '../energy.ts'
import { environmentOf, onTarget } from '../instances.ts'
import type { StepWork } from '../perform-step.ts'
import { runToEnd } from '../run-to-end.ts'
import { variablesOf } from './variables-of.ts'

interface MigrationCommand {
  /** `migrate` or `backup`: the log of deployment d42 is `d42-migrate`. */
  readonly name: 'migrate' | 'backup'
  readonly argv: readonly string[]
  readonly lock?: string
  readonly backup?: BackupOrder
}

/** One of the commands around a migration, in the release and with its variables; the problem is null when it ended with 0. */
export async function migrationCommand(
  work: StepWork,
  { name, argv, ...more }: MigrationCommand,
): Promise<OneOffResult & { readonly problem: string | null }> {
  const { parts, deployment, context } = work
  const { app } = context
  const timeoutMs = app.migrations?.timeoutMs ?? 0
  const given = { context, app, release: deployment.release, variables: variablesOf(deployment) }
  const { env, secrets } = await environmentOf(parts, given)
  const oneOff = {
    // Going on after a crash asks for the same name: it ran once, or it is still running.
    name: `${deployment.id}-${name}`,
    track: deployment.track,
    release: onTarget(app.name, deployment.release),
    ...{ argv, env: { ...env, SIGNALBOX_PROCESS: 'migrate' }, directory: app.directory, shared: app.shared, timeoutMs },
    ...more,
  }
  const result = await runToEnd(work, oneOff, { secrets })
  keepCommand(parts, { subject: deployment.id, project: deployment.project, attempt: oneOff.name, name }, result)
  return { ...result, problem: problemOf(result, timeoutMs) }
}

function problemOf({ exitCode, signal, timedOut }: OneOffResult, timeoutMs: number): string | null {
  if (exitCode === 0) return null
  if (timedOut) return `took longer than ${showDuration(timeoutMs)}`
  return `ended with ${signal ?? `exit code ${exitCode}`}`
}
