import type { StepSpec } from '../domain/spec.ts'
import type { Clock } from '../lib/clock.ts'
import { showDuration } from '../lib/duration.ts'
import { exists } from '../system/files.ts'
import type { JobContext } from './context.ts'
import type { StepResult } from './runner.ts'
import { type Ending, type Step, succeeded } from './step.ts'
import { archive } from './steps/archive.ts'
import { checkout } from './steps/checkout.ts'
import { enclosure } from './steps/enclosure.ts'
import { services } from './steps/services.ts'
import { shell } from './steps/shell.ts'
import { makePlaces } from './workspace.ts'
import { caught, limited, recorded, retried, sequence, tolerated } from './wrap.ts'

/** The whole job as one step: what it is made of, and in which order. */
export function jobStep(job: JobContext): Step {
  const { plan, clock } = job
  const parts = [
    prepare(job),
    phase(job, 'checkout', checkout(job)),
    enclosure(job),
    plan.services.length === 0 ? services(job) : phase(job, 'services', services(job)),
    ...plan.steps.map((spec, index) => userStep(job, spec, index)),
  ]
  const whole = plan.archive ? [...parts, endEverything(job), phase(job, 'archive', archive(job))] : parts
  return withLimit(caught(sequence(whole), job.log), clock, { what: 'the job', limitMs: plan.timeoutMs })
}

/** The steps as they ended, and those that were never begun. */
export function stepResults({ plan, record }: JobContext): readonly StepResult[] {
  const skipped = plan.steps.slice(record.steps.length)
  return [
    ...record.steps,
    ...skipped.map(({ name }) => ({ name, outcome: 'skipped' as const, exitCode: null, durationMs: 0, attempts: 0 })),
  ]
}

/** What the runner does for the steps is a lap as well. */
function phase({ laps }: JobContext, name: string, step: Step): Step {
  return laps.lap({ name, step: null }, step)
}

/** A call before a crash may have left files and processes. */
function prepare(job: JobContext): Step {
  return async () => {
    if (await exists(job.places.root)) await job.processes.end()
    await makePlaces(job.places, job.plan.attempt)
    return succeeded
  }
}

function userStep(job: JobContext, spec: StepSpec, index: number): Step {
  const { clock, log, out } = job
  const once = caught(shell(job, spec, index), log)
  const inTime = spec.timeoutMs === null ? once : withLimit(once, clock, { what: 'it', limitMs: spec.timeoutMs })
  const again = retried(
    announced(inTime, () => out.say(heading(job, spec, index), index)),
    {
      clock,
      retries: spec.retries,
      delayMs: job.retryDelayMs,
      onRetry: (attempt, ending) => out.say(`${ending.reason}; try ${attempt} of ${spec.retries + 1}`, index),
    },
  )
  const named = recorded(again, clock, (ending, durationMs) => note(job, { spec, index, ending, durationMs }))
  const explained = withName(job.laps.lap({ name: spec.name, step: index }, named), spec)
  return spec.continueOnError ? tolerated(explained) : explained
}

function withLimit(
  step: Step,
  clock: Clock,
  { what, limitMs }: { readonly what: string; readonly limitMs: number },
): Step {
  return limited(step, { clock, limitMs, reason: `${what} reached its limit of ${showDuration(limitMs)}` })
}

function heading({ plan }: JobContext, { name }: StepSpec, index: number): string {
  return `step ${index + 1} of ${plan.steps.length}: ${name}`
}

function announced(step: Step, announce: () => void): Step {
  return (signal) => {
    announce()
    return step(signal)
  }
}

interface Note {
  readonly spec: StepSpec
  readonly index: number
  readonly ending: Ending
  readonly durationMs: number
}

function note({ record, out }: JobContext, { spec, index, ending, durationMs }: Note): void {
  const { outcome, exitCode, attempts, reason } = ending
  record.steps.push({ name: spec.name, outcome, exitCode, durationMs, attempts })
  const goesOn = outcome !== 'succeeded' && outcome !== 'aborted' && spec.continueOnError ? '; the job goes on' : ''
  out.say(`${outcome} after ${showDuration(durationMs)}${reason === null ? '' : `: ${reason}`}${goesOn}`, index)
}

function withName(step: Step, { name }: StepSpec): Step {
  return async (signal) => {
    const ending = await step(signal)
    return ending.reason === null ? ending : { ...ending, reason: `step ${name}: ${ending.reason}` }
  }
}

/** Nothing may still write while the archive is made. */
function endEverything(job: JobContext): Step {
  return async () => {
    await job.processes.end()
    return succeeded
  }
}
