import { never } from '../lib/never.ts'
import { type FactDraft, self } from './facts.ts'
import type { Outcome } from './outcome.ts'
import type { Proposal } from './proposal.ts'

/** What one event set off: jobs for one full commit SHA. */
export interface Run {
  readonly id: string
  readonly project: string
  readonly event: string
  readonly commit: string
  readonly branch: string | null
  /** Full name of the ref that moved. */
  readonly ref: string
  /** Committer date. */
  readonly committedAt: number
  readonly title: string
  readonly by: string
  readonly createdAt: number
  readonly finishedAt: number | null
  /** A change that somebody proposes; null for what is in the repository's branches and tags. */
  readonly proposal: Proposal | null
  /** `waiting` = for a person to agree that a proposal is run at all; nothing of it has been touched. */
  readonly state: 'waiting' | 'running' | 'finished'
  /** When it stops waiting. */
  readonly expiresAt: number | null
  readonly outcome: Outcome | null
  readonly reason: string | null
  /** In an order in which every job comes after what it needs. */
  readonly jobs: readonly Job[]
}

export interface Job {
  /** `test`, `test[python=3.11]`, `build:shop`; unique in the run. */
  readonly name: string
  readonly kind: 'check' | 'build'
  /** The check in the configuration, or the app. */
  readonly of: string
  readonly matrix: Readonly<Record<string, string>>
  readonly failFast: boolean
  readonly needs: readonly string[]
  readonly retries: number
  readonly continueOnError: boolean
  readonly limitMs: number
  readonly state: 'waiting' | 'ready' | 'finished'
  /** Which try this is, from 1. Names the workspace and the log. */
  readonly attempt: number
  /** Tries that ended because their command said no; compared with `retries`. */
  readonly failures: number
  /** Tries lost because the server died under them; one is made good. */
  readonly losses: number
  readonly outcome: Outcome | 'skipped' | null
  readonly reason: string | null
  readonly outputs: Readonly<Record<string, string>>
  readonly artifact: { readonly digest: string; readonly bytes: number } | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
}

export interface JobEnding {
  readonly outcome: Outcome
  readonly reason: string | null
  readonly outputs: Readonly<Record<string, string>>
  readonly artifact: { readonly digest: string; readonly bytes: number } | null
}

export type RunEvent =
  | { readonly type: 'accepted' }
  | { readonly type: 'job_started'; readonly job: string; readonly attempt: number }
  | { readonly type: 'job_finished'; readonly job: string; readonly attempt: number; readonly ending: JobEnding }
  /** The server died, or stopped, while the job ran; only a death counts against the one free retry. */
  | { readonly type: 'job_lost'; readonly job: string; readonly attempt: number; readonly counts: boolean }
  /** Somebody has to agree first. */
  | { readonly type: 'held'; readonly expiresAt: number }
  | { readonly type: 'approved' }
  | { readonly type: 'rejected'; readonly by: string; readonly reason: string }
  /** The proposal is another one by now. */
  | { readonly type: 'superseded'; readonly by: string }
  | { readonly type: 'deadline' }
  | { readonly type: 'cancelled'; readonly by: string }
  /** `gone`: apps whose release of this commit was thrown away since. */
  | { readonly type: 'rerun'; readonly by: string; readonly gone?: readonly string[] }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'quarantined'; readonly job: string; readonly reason: string }

export interface JobCommand {
  readonly do: 'job'
  readonly run: string
  readonly job: string
  readonly attempt: number
}

export interface RunDecision {
  readonly run: Run
  readonly commands: readonly JobCommand[]
  /** Attempts that must not go on. */
  readonly stop: readonly string[]
  readonly facts: readonly FactDraft[]
}

/** Total: an event that does not apply changes nothing. */
export function decideRun(now: Run, event: RunEvent, at: number): RunDecision {
  switch (event.type) {
    case 'accepted':
      return now.state === 'running' ? settle(now, now, at, [accepted(now)]) : stay(now)
    case 'job_started':
      return change(now, event, at, (job) => ({ ...job, startedAt: at }))
    case 'job_finished':
      return change(now, event, at, (job) => ended(job, event.ending, at))
    case 'job_lost':
      return change(now, event, at, (job) => lost(job, event.counts, at))
    case 'held':
      return now.state === 'running' ? hold(now, event.expiresAt) : stay(now)
    case 'approved':
      return now.state === 'waiting' ? letGo(now, at) : stay(now)
    case 'rejected':
      return now.state === 'waiting' ? cancel(now, `rejected by ${event.by}: ${event.reason}`, at) : stay(now)
    case 'superseded':
      return cancel(now, `${event.by} took its place: the proposal was changed`, at)
    case 'deadline':
      return now.state === 'waiting' ? cancel(now, 'nobody approved it in time', at) : stay(now)
    case 'cancelled':
      return cancel(now, `cancelled by ${event.by}`, at)
    case 'rerun':
      return rerun(now, event, at)
    case 'refused':
      return now.state === 'running'
        ? finish(now, { outcome: 'failed', reason: event.reason }, at, [accepted(now)])
        : stay(now)
    case 'quarantined':
      return quarantine(now, event.job, event.reason, at)
    default:
      return never(event)
  }
}

/** `r17/test/1` */
export function attemptOf(run: string, job: Pick<Job, 'name' | 'attempt'>): string {
  return `${run}/${job.name}/${job.attempt}`
}

function isGood(job: Job): boolean {
  return job.outcome === 'succeeded' || job.outcome === 'skipped' || (job.continueOnError && job.state === 'finished')
}

type JobEvent = Extract<RunEvent, { readonly attempt: number }>

function change(now: Run, event: JobEvent, at: number, to: (job: Job) => Job): RunDecision {
  const current = now.jobs.find(({ name }) => name === event.job)
  if (now.state === 'finished' || current?.state !== 'ready' || current.attempt !== event.attempt) return stay(now)
  const next = to(current)
  const facts = event.type === 'job_started' ? [] : [jobFact(now, event, next)]
  return settle(now, { ...now, jobs: now.jobs.map((job) => (job === current ? next : job)) }, at, facts)
}

function ended(job: Job, ending: JobEnding, at: number): Job {
  const failures = job.failures + (ending.outcome === 'failed' ? 1 : 0)
  if (ending.outcome === 'failed' && failures <= job.retries) return again({ ...job, failures })
  return { ...job, ...ending, failures, state: 'finished', finishedAt: at }
}

const lostReason = 'the server stopped while the job ran'

function lost(job: Job, counts: boolean, at: number): Job {
  const losses = job.losses + (counts ? 1 : 0)
  if (losses <= 1) return again({ ...job, losses })
  return { ...job, losses, state: 'finished', outcome: 'errored', reason: `${lostReason}, twice`, finishedAt: at }
}

function again(job: Job): Job {
  return {
    ...job,
    state: 'ready',
    attempt: job.attempt + 1,
    outcome: null,
    reason: null,
    startedAt: null,
    finishedAt: null,
  }
}

/** Lets every job go whose needs are met, skips those whose needs never will be, and ends the run when nothing is left. */
function settle(before: Run, now: Run, at: number, facts: readonly FactDraft[]): RunDecision {
  const jobs: Job[] = []
  for (const job of now.jobs) jobs.push(job.state === 'waiting' ? release(job, jobs, at) : failFast(job, now.jobs, at))
  const next = { ...now, jobs }
  const stop = attemptsStopped(now, next)
  if (jobs.some((job) => job.state !== 'finished')) {
    return { run: next, commands: commandsFor(before, next), stop, facts }
  }
  const ending = finish(next, endingOf(jobs), at, facts)
  return { ...ending, stop }
}

function release(job: Job, earlier: readonly Job[], at: number): Job {
  const needs = earlier.filter(({ name }) => job.needs.includes(name))
  if (needs.some((need) => need.state === 'finished' && !isGood(need))) {
    return {
      ...job,
      state: 'finished',
      outcome: 'skipped',
      reason: 'something it needs did not succeed',
      finishedAt: at,
    }
  }
  return needs.every((need) => need.state === 'finished') ? { ...job, state: 'ready' } : job
}

/** A failed cell of a fail-fast matrix ends its siblings. */
function failFast(job: Job, jobs: readonly Job[], at: number): Job {
  if (job.state !== 'ready' || !job.failFast) return job
  const failed = jobs.find(
    (other) => other !== job && other.of === job.of && other.kind === job.kind && other.outcome === 'failed',
  )
  if (failed === undefined) return job
  return { ...job, state: 'finished', outcome: 'aborted', reason: `${failed.name} failed first`, finishedAt: at }
}

function commandsFor(before: Run, now: Run): readonly JobCommand[] {
  const known = new Set(before.jobs.filter(({ state }) => state === 'ready').map((job) => attemptOf(before.id, job)))
  return now.jobs
    .filter((job) => job.state === 'ready' && !known.has(attemptOf(now.id, job)))
    .map((job) => ({ do: 'job', run: now.id, job: job.name, attempt: job.attempt }))
}

function attemptsStopped(before: Run, now: Run): readonly string[] {
  const running = new Set(now.jobs.filter(({ state }) => state === 'ready').map((job) => attemptOf(now.id, job)))
  return before.jobs
    .filter(({ state }) => state === 'ready')
    .map((job) => attemptOf(before.id, job))
    .filter((attempt) => !running.has(attempt))
}

/** The worst word wins: aborted by a person, then errored, then failed. */
function endingOf(jobs: readonly Job[]): { outcome: Outcome; reason: string | null } {
  const bad = jobs.filter((job) => !isGood(job))
  const skippedFor = jobs.some(({ reason, outcome }) => outcome === 'skipped' && reason !== null)
  for (const outcome of ['failed', 'errored', 'aborted'] as const) {
    const first = bad.find((job) => job.outcome === outcome)
    if (first !== undefined) return { outcome, reason: `${first.name}: ${first.reason ?? outcome}` }
  }
  return skippedFor ? { outcome: 'failed', reason: 'a job was skipped' } : { outcome: 'succeeded', reason: null }
}

/** Nothing is begun: no job is asked for, and so nothing is checked out. */
function hold(now: Run, expiresAt: number): RunDecision {
  return { run: { ...now, state: 'waiting', expiresAt }, commands: [], stop: [], facts: [accepted(now)] }
}

function letGo(now: Run, at: number): RunDecision {
  const next: Run = { ...now, state: 'running', expiresAt: null }
  return settle(next, next, at, [runFact(now, 'run.released', {})])
}

function cancel(now: Run, reason: string, at: number): RunDecision {
  if (now.state === 'finished') return stay(now)
  const jobs = now.jobs.map(
    (job): Job =>
      job.state === 'finished' ? job : { ...job, state: 'finished', outcome: 'aborted', reason, finishedAt: at },
  )
  const ending = finish({ ...now, jobs }, { outcome: 'aborted', reason }, at, [])
  return { ...ending, stop: attemptsStopped(now, ending.run) }
}

/** Runs again what did not succeed, and what was skipped for it; same commit, what succeeded is kept unless it is gone. */
function rerun(now: Run, { by, gone = [] }: Extract<RunEvent, { type: 'rerun' }>, at: number): RunDecision {
  if (now.state !== 'finished' || now.outcome === 'succeeded' || now.jobs.length === 0) return stay(now)
  const jobs = now.jobs.map((job): Job => {
    const isGone = job.kind === 'build' && gone.includes(job.of)
    if (isGood(job) && !isGone && !(job.outcome === 'skipped' && job.reason !== null)) return job
    return { ...again(job), state: 'waiting', failures: 0, losses: 0, outputs: {}, artifact: null }
  })
  const next: Run = { ...now, jobs, state: 'running', outcome: null, reason: null, finishedAt: null }
  return settle(next, next, at, [{ ...runFact(now, 'run.rerun', {}), by }])
}

function quarantine(now: Run, name: string, reason: string, at: number): RunDecision {
  if (now.state === 'finished') return stay(now)
  const jobs = now.jobs.map((job): Job => {
    if (job.name !== name || job.state === 'finished') return job
    return { ...job, state: 'finished', outcome: 'errored', reason: `needs a person: ${reason}`, finishedAt: at }
  })
  return settle(now, { ...now, jobs }, at, [runFact(now, 'run.quarantined', { job: name, reason })])
}

function finish(
  now: Run,
  ending: { outcome: Outcome; reason: string | null },
  at: number,
  facts: readonly FactDraft[],
): RunDecision {
  const run: Run = { ...now, ...ending, state: 'finished', expiresAt: null, finishedAt: at }
  return { run, commands: [], stop: [], facts: [...facts, runFact(now, 'run.finished', { ...ending })] }
}

function accepted(now: Run): FactDraft {
  const jobs = now.jobs.map(({ name }) => name)
  return {
    ...runFact(now, 'run.accepted', {
      ...{ event: now.event, branch: now.branch, title: now.title, jobs },
      ...(now.proposal === null ? {} : { proposal: now.proposal }),
    }),
    by: now.by,
  }
}

/** How this very attempt ended, whatever becomes of the job. */
function jobFact(now: Run, event: Exclude<JobEvent, { type: 'job_started' }>, after: Job): FactDraft {
  const { job, attempt } = event
  const { outcome, reason } =
    event.type === 'job_finished' ? event.ending : { outcome: 'errored' as const, reason: after.reason ?? lostReason }
  return runFact(now, 'job.ended', { job, attempt, outcome, reason, again: after.state !== 'finished' })
}

function runFact(now: Run, kind: string, data: Record<string, unknown>): FactDraft {
  return { kind, project: now.project, subject: now.id, by: self, data: { commit: now.commit, ...data } }
}

function stay(now: Run): RunDecision {
  return { run: now, commands: [], stop: [], facts: [] }
}
