import { Fault } from '../../lib/fault.ts'
import type { JobPlan } from '../../runner/runner.ts'
import { addressOf } from '../address.ts'
import { applyDeployment } from '../apply.ts'
import { runCounted } from '../energy.ts'
import { withLimit } from '../limit.ts'
import type { StepWork } from '../perform-step.ts'
import { openSecrets } from '../project-secrets.ts'
import { transact } from '../transact.ts'

/** The runner keeps the limit itself; this one is for a runner that never answers. */
const graceMs = 60_000

/**
 * Runs the environment's smoke steps on the server's machine, in a workspace made from the release's own commit. They see
 * the project secrets the file names, and nothing of the environment's. After a crash they begin anew, under the same name.
 */
export async function smoke(work: StepWork, url: string): Promise<void> {
  const { parts, deployment, context, signal } = work
  transact(
    parts,
    () => {},
    (tx) => applyDeployment(tx, deployment.id, { type: 'smoke_begun' }),
  )
  const secrets = await openSecrets(parts, deployment.project, context.environment.policies.smokeSecrets)
  const log = smokeLog(deployment.id)
  if ('missing' in secrets) {
    const problem = `these project secrets are not set: ${secrets.missing.join(', ')}`
    throw new Fault('smoke.not_run', { details: { url, problem, log } })
  }
  const plan = await planOf(work, secrets.values)
  const limited = { clock: parts.clock, limitMs: plan.timeoutMs + graceMs, what: 'the runner', signal }
  const { outcome, reason } = await withLimit(limited, (own) =>
    runCounted(parts, { plan, subject: deployment.id }, own),
  )
  // Told to stop is not an end of its own; whoever told it has said what is to become of the deployment.
  signal.throwIfAborted()
  if (outcome === 'succeeded') return
  const code = outcome === 'failed' ? 'smoke.failed' : 'smoke.not_run'
  throw new Fault(code, { details: { url, problem: reason ?? outcome, log } })
}

/** Names the workspace, the log and the marks on its processes. */
function smokeLog(deployment: string): string {
  return `${deployment}-smoke`
}

async function planOf(
  { parts, deployment, context }: StepWork,
  secrets: Readonly<Record<string, string>>,
): Promise<JobPlan> {
  const { project, release } = deployment
  const { app, environment, track } = context
  const { committedAt } = await parts.source.commit(project, release.commit)
  return {
    attempt: smokeLog(deployment.id),
    project,
    repository: parts.source.path(project),
    commit: release.commit,
    committedAt,
    branch: null,
    directory: '.',
    steps: environment.policies.smoke,
    services: [],
    env: {
      SIGNALBOX_URL: addressOf(environment, app.name, parts.settings.edgePort),
      SIGNALBOX_ENVIRONMENT: track.environment,
      SIGNALBOX_APP: app.name,
      SIGNALBOX_VERSION: release.version,
      SIGNALBOX_DEPLOYMENT: deployment.id,
    },
    secrets,
    timeoutMs: environment.policies.runTimeoutMs,
    archive: false,
    sandbox: null,
  }
}
