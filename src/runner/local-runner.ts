import type { Lap } from '../domain/energy.ts'
import { type Backoff, backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { isMaskable, type Redactor, redactor } from '../lib/redact.ts'
import type { ArtifactStore } from '../system/artifacts.ts'
import { CpuMeter } from '../system/cpu-meter.ts'
import { removeTree } from '../system/files.ts'
import type { JobLogWriter } from '../system/job-log-writer.ts'
import type { JobLogs } from '../system/job-logs.ts'
import { withFields } from '../system/log.ts'
import { randomFraction } from '../system/random.ts'
import type { JobContext } from './context.ts'
import { environmentOf } from './environment.ts'
import { jobStep, stepResults } from './job.ts'
import { Laps } from './laps.ts'
import { JobProcesses } from './processes.ts'
import { recover } from './recover.ts'
import type { JobPlan, JobResult, Runner } from './runner.ts'
import { sandboxWords, systemPaths } from './sandbox.ts'
import { type Ending, errored } from './step.ts'
import { placesOf } from './workspace.ts'
import { ensured } from './wrap.ts'

export interface LocalRunnerOptions {
  /** Holds a folder per running attempt, and nothing else. */
  readonly workDir: string
  readonly artifacts: ArtifactStore
  readonly logs: JobLogs
  readonly clock: Clock
  readonly log: Log
  /** Of this installation, the same after a restart: how recovery knows its own processes. */
  readonly serverId: string
  /** Folders of programs that jobs find before the usual ones. */
  readonly toolPath?: readonly string[]
  /** From SIGTERM to SIGKILL when a job is cancelled; default 10 s. */
  readonly graceMs?: number
  /** The same for what an earlier server left behind; default 2 s, as a start waits for it. */
  readonly orphanGraceMs?: number
  /** Between two tries of a step; default 1 s to 30 s. */
  readonly retryDelay?: Backoff
  /** Where the kernel tells of processes and their time; default /proc. */
  readonly proc?: string
}

/** Runs jobs on this machine, as the user we are. */
export function localRunner(options: LocalRunnerOptions): Runner {
  const running = new Set<string>()
  return {
    recover: () => recover(options),
    async run(plan, signal) {
      const started = options.clock.monotonic()
      const durationMs = () => options.clock.monotonic() - started
      if (running.has(plan.attempt)) return unstarted(plan, errored('this attempt is running already'), durationMs())
      running.add(plan.attempt)
      try {
        return { ...(await runJob(options, plan, signal)), durationMs: durationMs() }
      } catch (error) {
        options.log.error('job could not be run', { attempt: plan.attempt, error })
        return unstarted(plan, errored(messageOf(error)), durationMs())
      } finally {
        running.delete(plan.attempt)
      }
    },
  }
}

async function runJob(options: LocalRunnerOptions, plan: JobPlan, signal: AbortSignal): Promise<JobResult> {
  const redact = redactor(Object.values(plan.secrets))
  const out = await options.logs.open(plan.attempt, redact)
  try {
    const job = contextOf(options, { plan, out, redact })
    warnOfShortSecrets(job)
    const ending = await ensured(jobStep(job), () => cleanUp(job))(signal)
    out.say(`job ${ending.outcome}${ending.reason === null ? '' : `: ${ending.reason}`}`)
    return resultOf(job, ending, await job.laps.all())
  } catch (error) {
    out.say(`job errored: ${messageOf(error)}`)
    throw error
  } finally {
    await out.close()
  }
}

type Given = { readonly plan: JobPlan; readonly out: JobLogWriter; readonly redact: Redactor }

function contextOf(options: LocalRunnerOptions, { plan, out, redact }: Given): JobContext {
  const { clock, artifacts, serverId, toolPath = [], graceMs = 10_000 } = options
  const { retryDelay = { firstMs: 1_000, mostMs: 30_000 } } = options
  const places = placesOf(options.workDir, plan.attempt)
  const log = withFields(options.log, { attempt: plan.attempt })
  const marks = { SIGNALBOX_SERVER: serverId, SIGNALBOX_ATTEMPT: plan.attempt }
  return {
    plan,
    places,
    processes: new JobProcesses({ marks, places, clock, log, graceMs }),
    out,
    redactor: redact,
    artifacts,
    clock,
    log,
    laps: new Laps({ meter: new CpuMeter({ marks, clock, proc: options.proc ?? '/proc' }), clock, log }),
    environment: (...more) => environmentOf({ plan, places, toolPath }, ...more),
    async enclosed(argv, files) {
      if (plan.sandbox === null) return argv
      const { network } = plan.sandbox
      return sandboxWords(argv, { places, toolPath, network, system: await systemPaths() }, files)
    },
    retryDelayMs: (failures) => backoffMs(failures, retryDelay, randomFraction()),
    record: { steps: [], outputs: {}, services: {}, artifact: null },
  }
}

function warnOfShortSecrets({ plan, out }: JobContext): void {
  const short = Object.entries(plan.secrets).filter(([, value]) => value !== '' && !isMaskable(value))
  for (const [name] of short) out.say(`the secret ${name} is too short to be masked in this log`)
}

/** Nothing of a job outlives it: no process, no file. */
async function cleanUp({ processes, places, log }: JobContext): Promise<void> {
  await processes.end()
  await processes.close()
  await removeTree(places.root).catch((error: unknown) => {
    log.warn('workspace could not be removed', { path: places.root, error: messageOf(error) })
  })
}

function resultOf(job: JobContext, { outcome, reason }: Ending, laps: readonly Lap[]): JobResult {
  const isGood = outcome === 'succeeded'
  const { outputs, artifact } = job.record
  const shown = reason === null ? null : job.redactor.text(reason)
  const kept = { outputs, artifact: isGood ? artifact : null }
  return { outcome, reason: shown, steps: stepResults(job), ...kept, durationMs: 0, laps }
}

function unstarted(plan: JobPlan, { outcome, reason }: Ending, durationMs: number): JobResult {
  const steps = plan.steps.map(({ name }) => {
    return { name, outcome: 'skipped' as const, exitCode: null, durationMs: 0, attempts: 0 }
  })
  return { outcome, reason, steps, outputs: {}, artifact: null, durationMs, laps: [] }
}
