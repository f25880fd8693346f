import { attemptOf, type Job, type JobCommand, type JobEnding, type Run } from '../domain/run.ts'
import type { AppSpec, ProjectSpec, ServiceSpec, StepSpec } from '../domain/spec.ts'
import { messageOf } from '../lib/fault.ts'
import type { JobPlan, JobResult } from '../runner/runner.ts'
import { specOf } from './context.ts'
import { runCounted } from './energy.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'
import { openSecrets } from './project-secrets.ts'

/** Null when the run has moved on. */
export async function performJob(parts: Parts, command: JobCommand, signal: AbortSignal): Promise<JobEnding | null> {
  const run = parts.store.runs.get(command.run)
  const job = run?.jobs.find(({ name }) => name === command.job)
  if (run === null || run === undefined || job === undefined) return null
  if (run.state === 'finished' || job.state !== 'ready' || job.attempt !== command.attempt) return null
  const { proposal } = run
  const work = workOf(specOf(parts.store, run.project, proposal?.base ?? run.commit), job)
  const isExternal = proposal?.trust === 'external'
  if (isExternal && work.secrets.length > 0)
    return errored(`a proposal from outside gets no secrets, and this job asks for ${work.secrets.join(', ')}`)
  const secrets = await openSecrets(parts, run.project, work.secrets)
  if ('missing' in secrets)
    return errored(`these secrets are not set: ${secrets.missing.join(', ')} (signalbox secrets set NAME=…)`)
  const plan = planOf(parts, { run, job, work, secrets: secrets.values })
  const result = await runWithin(parts, { plan, subject: run.id }, signal)
  // An abort by the engine is not the job's end; whoever aborted has said what is to become of it.
  signal.throwIfAborted()
  return endingOf(job, result)
}

/** The runner keeps the job's limit itself; this one is for a runner that never answers. */
const graceMs = 120_000

async function runWithin(
  parts: Parts,
  job: { readonly plan: JobPlan; readonly subject: string },
  signal: AbortSignal,
): Promise<JobResult> {
  try {
    const limited = { clock: parts.clock, limitMs: job.plan.timeoutMs + graceMs, what: 'the runner', signal }
    return await withLimit(limited, (own) => runCounted(parts, job, own))
  } catch (error) {
    signal.throwIfAborted()
    const reason = `the runner gave no result: ${messageOf(error)}`
    return { outcome: 'errored', reason, steps: [], outputs: {}, artifact: null, durationMs: 0, laps: [] }
  }
}

interface Work {
  readonly steps: readonly StepSpec[]
  readonly services: readonly ServiceSpec[]
  readonly env: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  readonly directory: string
  readonly archive: boolean
}

function workOf(spec: ProjectSpec, job: Job): Work {
  if (job.kind === 'check') {
    const check = spec.checks.find(({ name }) => name === job.of)
    const { steps = [], services = [], env = {}, secrets = [] } = check ?? {}
    return { steps, services, env, secrets, directory: '.', archive: false }
  }
  const app = spec.apps.find(({ name }) => name === job.of) as AppSpec
  const { steps = [], env = {}, secrets = [] } = app.build ?? {}
  // Steps start in the app's folder; the archive is the whole commit, so that an app may use what lies beside it.
  return { steps, services: [], env, secrets, directory: app.directory, archive: true }
}

function planOf(
  parts: Parts,
  { run, job, work, secrets }: { run: Run; job: Job; work: Work; secrets: Readonly<Record<string, string>> },
): JobPlan {
  return {
    attempt: attemptOf(run.id, job),
    project: run.project,
    repository: parts.source.path(run.project),
    commit: run.commit,
    committedAt: run.committedAt,
    branch: run.branch,
    directory: work.directory,
    steps: work.steps,
    services: work.services,
    env: { ...work.env, ...matrixEnv(job), ...neededOutputs(run, job) },
    secrets,
    timeoutMs: job.limitMs,
    archive: work.archive,
    sandbox: run.proposal?.trust === 'external' ? { network: run.proposal.hasNetwork } : null,
  }
}

/** `{python: '3.11'}` → `MATRIX_PYTHON=3.11` */
function matrixEnv({ matrix }: Job): Record<string, string> {
  return Object.fromEntries(Object.entries(matrix).map(([axis, value]) => [`MATRIX_${shout(axis)}`, value]))
}

/** Output `tag` of the needed job `image` → `OUTPUT_IMAGE_TAG`. */
function neededOutputs(run: Run, job: Job): Record<string, string> {
  const needed = run.jobs.filter(({ name }) => job.needs.includes(name))
  const pairs = needed.flatMap(({ of, outputs }) =>
    Object.entries(outputs).map(([name, value]) => [`OUTPUT_${shout(of)}_${shout(name)}`, value]),
  )
  return Object.fromEntries(pairs)
}

function shout(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}

function endingOf(job: Job, { outcome, reason, outputs, artifact }: JobResult): JobEnding {
  if (outcome === 'succeeded' && job.kind === 'build' && artifact === null) return errored('the build left no archive')
  return { outcome, reason, outputs, artifact }
}

function errored(reason: string): JobEnding {
  return { outcome: 'errored', reason, outputs: {}, artifact: null }
}
