import { never } from '../lib/never.ts'
import { type FactDraft, self } from './facts.ts'
import type { Outcome } from './outcome.ts'
import type { ReleaseRef } from './release.ts'
import { planRevert, type Rollout, type Step } from './rollout.ts'
import type { Instance, Live } from './track.ts'
import { type Traffic, type Verdict, verdictOf, verdictSentence } from './traffic.ts'

/** One release going to one environment, for a reason. */
export interface Deployment {
  readonly id: string
  readonly project: string
  readonly track: string
  readonly release: ReleaseRef
  readonly reason: DeploymentReason
  readonly by: string
  readonly comment: string | null
  /** Instances per process that a scaling asks for; the track keeps them when it has succeeded. Empty for every other reason. */
  readonly scale: Readonly<Record<string, number>>
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly state: DeploymentState
  /** The edge's totals when the rollout began, until the verdict is known. */
  readonly opened: Traffic | null
  readonly verdict: Verdict | null
  /** When each phase began, for the timeline and the benchmark: `prepare`, `place`, … in order. */
  readonly phases: readonly Phase[]
}

export type DeploymentReason = 'promote' | 'redeploy' | 'rollback' | 'scale'

export interface Phase {
  readonly name: string
  readonly at: number
}

export type DeploymentState =
  /** For people: outside the queue, holding nothing. */
  | { readonly kind: 'waiting'; readonly expiresAt: number }
  /** For its turn. `approvedPlan` is the hash people said yes to, when the protection asked them. */
  | { readonly kind: 'queued'; readonly approvedPlan: string | null; readonly expiresAt: number | null }
  | ({ readonly kind: 'rolling' } & Progress)
  | ({ readonly kind: 'reverting'; readonly because: Ending } & Progress)
  | ({ readonly kind: 'finished'; readonly rolledBack: boolean } & Ending)

export interface Progress {
  readonly steps: readonly Step[]
  /** Index of the step that is being performed. */
  readonly at: number
  /** What is to run at the end of the rollout. */
  readonly instances: readonly Instance[]
  /** What served when it began, and serves again if it fails. */
  readonly before: Live | null
  readonly variables: number
  readonly limitAt: number
  /** The newer deployment for which it goes back as soon as the step that is being performed is done. */
  readonly supersededBy?: string
}

export interface Ending {
  readonly outcome: Outcome
  readonly reason: string | null
  /** What a person can do about it. */
  readonly hint?: string
  /** The newer deployment that took its place. */
  readonly supersededBy?: string
}

export type DeploymentEvent =
  | { readonly type: 'approved'; readonly plan: string; readonly queueLimitMs: number | null }
  | { readonly type: 'rejected'; readonly by: string; readonly reason: string }
  | { readonly type: 'approval_void'; readonly moved: readonly string[]; readonly expiresMs: number }
  | { readonly type: 'refused'; readonly outcome: 'failed' | 'aborted'; readonly reason: string }
  /** Another release became live on the track. */
  | { readonly type: 'live_moved'; readonly release: ReleaseRef }
  | {
      readonly type: 'turn'
      readonly rollout: Rollout
      readonly before: Live | null
      readonly variables: number
      readonly limitMs: number
    }
  | { readonly type: 'step_done'; readonly phase: PhaseKind; readonly at: number; readonly result: StepOutcome }
  | { readonly type: 'step_failed'; readonly phase: PhaseKind; readonly at: number; readonly ending: Ending }
  | { readonly type: 'cancelled'; readonly by: string }
  /** A newer deployment takes its place. Whether one may is for whoever sends this to know. */
  | { readonly type: 'superseded'; readonly by: string }
  | { readonly type: 'deadline' }
  | { readonly type: 'quarantined'; readonly reason: string }

export type PhaseKind = 'rolling' | 'reverting'

/** What a step told: totals for `measure`, accounts for `drain` and `remove`, nothing for the others. */
export interface StepOutcome {
  readonly traffic?: Traffic
  readonly account?: unknown
}

/** One step to perform on the target, in the track's lane. */
export interface StepCommand {
  readonly do: 'step'
  readonly deployment: string
  readonly phase: PhaseKind
  readonly at: number
}

export interface DeploymentDecision {
  readonly deployment: Deployment
  /** What the track is to be from now on, when that changed. */
  readonly live?: Live
  /** What is being performed goes on, although the deployment has changed. */
  readonly goesOn?: true
  readonly commands: readonly StepCommand[]
  readonly facts: readonly FactDraft[]
}

/** Total: an event that does not apply changes nothing. */
export function decideDeployment(now: Deployment, event: DeploymentEvent, at: number): DeploymentDecision {
  if (now.state.kind === 'finished') return stay(now)
  switch (event.type) {
    case 'approved':
      return now.state.kind === 'waiting' ? enqueue(now, event.plan, limitAfter(at, event.queueLimitMs)) : stay(now)
    case 'rejected':
      return isBeforeStart(now)
        ? finish(now, at, { outcome: 'aborted', reason: `rejected by ${event.by}: ${event.reason}` })
        : stay(now)
    case 'approval_void':
      return now.state.kind === 'queued' ? backToWaiting(now, event.moved, at + event.expiresMs) : stay(now)
    case 'refused':
      return isBeforeStart(now) ? finish(now, at, event) : stay(now)
    case 'live_moved':
      return isBeforeStart(now) && isOfWhatIsLive(now) ? follow(now, event.release) : stay(now)
    case 'turn':
      return now.state.kind === 'queued' ? start(now, event, at) : stay(now)
    case 'step_done':
      return isCurrent(now, event) ? advance(now, event.result, at) : stay(now)
    case 'step_failed':
      if (!isCurrent(now, event)) return stay(now)
      return isCounting(now) ? advance(now, {}, at) : stepFailed(now, event.ending, at)
    case 'cancelled':
      return cancel(now, event.by, at)
    case 'superseded':
      return supersede(now, event.by, at)
    case 'deadline':
      return isCounting(now) ? advance(now, {}, at) : deadline(now, at)
    case 'quarantined':
      if (isCounting(now)) return advance(now, {}, at)
      return finish(now, at, { outcome: 'errored', reason: `needs a person: ${event.reason}` })
    default:
      return never(event)
  }
}

/** When the state gives up by itself; the engine then sends `deadline`. */
export function deadlineOf(deployment: Deployment): number | null {
  const { state } = deployment
  switch (state.kind) {
    case 'waiting':
    case 'queued':
      return state.expiresAt
    case 'rolling':
    case 'reverting':
      return state.limitAt
    case 'finished':
      return null
    default:
      return never(state)
  }
}

export function isActive(deployment: Deployment): boolean {
  return deployment.state.kind === 'rolling' || deployment.state.kind === 'reverting'
}

/** The step to perform now, or null when nothing is being performed. */
export function currentStep(deployment: Deployment): Step | null {
  const { state } = deployment
  return state.kind === 'rolling' || state.kind === 'reverting' ? (state.steps[state.at] ?? null) : null
}

function isBeforeStart(now: Deployment): boolean {
  return now.state.kind === 'waiting' || now.state.kind === 'queued'
}

/** New instances, or another number of them, of whatever is live by then; never a way back to what was. */
function isOfWhatIsLive({ reason }: Deployment): boolean {
  return reason === 'redeploy' || reason === 'scale'
}

/** Counting decides nothing: what is done but for that is done. */
function isCounting(now: Deployment): boolean {
  return currentStep(now)?.do === 'measure'
}

function isCurrent(now: Deployment, event: { readonly phase: PhaseKind; readonly at: number }): boolean {
  return now.state.kind === event.phase && now.state.at === event.at
}

function limitAfter(at: number, limitMs: number | null): number | null {
  return limitMs === null ? null : at + limitMs
}

function enqueue(now: Deployment, plan: string, expiresAt: number | null): DeploymentDecision {
  const state = { kind: 'queued', approvedPlan: plan, expiresAt } as const
  return { deployment: { ...now, state }, commands: [], facts: [fact(now, 'deployment.approved', { plan })] }
}

function backToWaiting(now: Deployment, moved: readonly string[], expiresAt: number): DeploymentDecision {
  const state = { kind: 'waiting', expiresAt } as const
  return { deployment: { ...now, state }, commands: [], facts: [fact(now, 'deployment.approval_void', { moved })] }
}

function follow(now: Deployment, release: ReleaseRef): DeploymentDecision {
  if (release.id === now.release.id) return stay(now)
  const facts = [fact(now, 'deployment.follows_live', { from: now.release, to: release })]
  return { deployment: { ...now, release }, commands: [], facts }
}

function start(now: Deployment, event: DeploymentEvent & { type: 'turn' }, at: number): DeploymentDecision {
  const { steps, instances } = event.rollout
  const { before, variables } = event
  const state = { kind: 'rolling', steps, at: 0, instances, before, variables, limitAt: at + event.limitMs } as const
  const deployment = begin({ ...now, startedAt: at, state }, at)
  return {
    deployment,
    commands: [command(deployment)],
    facts: [fact(now, 'deployment.started', { release: now.release, instances: instances.map(({ name }) => name) })],
  }
}

function advance(now: Deployment, result: StepOutcome, at: number): DeploymentDecision {
  const state = now.state as DeploymentState & Progress & { kind: PhaseKind }
  const step = state.steps[state.at]
  const facts = step === undefined || step.do === 'measure' ? [] : [stepFact(now, step, result)]
  const measured = step?.do === 'measure' ? measure(now, step.window, result.traffic) : now
  const moved: Deployment = { ...measured, state: { ...state, at: state.at + 1 } }
  if (state.kind === 'rolling' && state.supersededBy !== undefined) {
    const back = revert(measured, superseded(state.supersededBy), at)
    return { ...back, facts: [...facts, ...back.facts] }
  }
  if (state.at + 1 < state.steps.length) {
    const deployment = begin(moved, at)
    return { deployment, commands: [command(deployment)], facts }
  }
  const ended = state.kind === 'rolling' ? succeed(moved, state, at) : finish(moved, at, state.because)
  return { ...ended, facts: [...facts, ...ended.facts] }
}

function succeed(now: Deployment, progress: Progress, at: number): DeploymentDecision {
  const { instances, variables } = progress
  const live: Live = { deployment: now.id, release: now.release, variables, instances }
  return { ...finish(now, at, { outcome: 'succeeded', reason: null }), live }
}

function stepFailed(now: Deployment, ending: Ending, at: number): DeploymentDecision {
  if (now.state.kind === 'rolling') return revert(now, ending, at)
  return giveUp(now, `going back did not work: ${ending.reason}`, at)
}

function revert(now: Deployment, because: Ending, at: number): DeploymentDecision {
  const state = now.state as DeploymentState & Progress
  const steps = planRevert(state.before, state.steps.slice(0, state.at + 1))
  const limitMs = state.limitAt - (now.startedAt ?? at)
  // Going back gets as long as going forward had: what is left of the first limit may be nothing.
  const next = { ...state, kind: 'reverting', because, steps, at: 0, limitAt: at + limitMs } as const
  const deployment = begin({ ...now, state: next }, at)
  return { deployment, commands: [command(deployment)], facts: [fact(now, 'deployment.reverting', { ...because })] }
}

function cancel(now: Deployment, by: string, at: number): DeploymentDecision {
  const because = { outcome: 'aborted', reason: `cancelled by ${by}` } as const
  if (isBeforeStart(now)) return finish(now, at, because)
  return now.state.kind === 'rolling' ? revert(now, because, at) : stay(now)
}

/**
 * What has not begun ends. What moves goes back at the next safe point, which is the end of the step that is being performed:
 * a migration, say, is never broken off. When only looking is left, it is done before it could go back.
 */
function supersede(now: Deployment, by: string, at: number): DeploymentDecision {
  const { state } = now
  if (isBeforeStart(now)) return finish(now, at, superseded(by))
  if (state.kind !== 'rolling' || state.supersededBy !== undefined || isOnlyLooking(state)) return stay(now)
  const deployment = { ...now, state: { ...state, supersededBy: by } }
  return { deployment, goesOn: true, commands: [], facts: [fact(now, 'deployment.superseded', { by, asked: now.by })] }
}

function superseded(by: string): Ending {
  return { outcome: 'aborted', reason: `superseded by ${by}`, supersededBy: by }
}

function isOnlyLooking({ steps, at }: Progress): boolean {
  return steps.slice(at).every((step) => step.do === 'verify' || step.do === 'measure')
}

function deadline(now: Deployment, at: number): DeploymentDecision {
  switch (now.state.kind) {
    case 'waiting':
      return finish(now, at, { outcome: 'aborted', reason: 'nobody approved it in time' })
    case 'queued':
      return finish(now, at, { outcome: 'aborted', reason: 'its turn did not come in time' })
    case 'rolling':
      return revert(now, { outcome: 'failed', reason: `it took longer than its limit while ${doing(now)}` }, at)
    case 'reverting':
      return giveUp(now, `going back took longer than its limit while ${doing(now)}`, at)
    case 'finished':
      return stay(now)
    default:
      return never(now.state)
  }
}

/** The track keeps what was live; the reconciler goes on bringing it back. */
function giveUp(now: Deployment, reason: string, at: number): DeploymentDecision {
  const because = now.state.kind === 'reverting' ? `${now.state.because.reason}; ` : ''
  return finish(now, at, { outcome: 'errored', reason: `needs a person: ${because}${reason}` })
}

function finish(now: Deployment, at: number, ending: Ending): DeploymentDecision {
  const { outcome, reason, hint, supersededBy } = ending
  const rolledBack = now.state.kind === 'reverting' && now.state.at >= now.state.steps.length
  const newer = supersededBy === undefined ? {} : { supersededBy }
  const state = {
    kind: 'finished',
    outcome,
    reason,
    rolledBack,
    ...(hint === undefined ? {} : { hint }),
    ...newer,
  } as const
  // Whoever asked for it is told, and by whose deployment theirs was displaced.
  const displaced = supersededBy === undefined ? {} : { supersededBy, asked: now.by }
  const said = {
    outcome,
    reason,
    rolledBack,
    verdict: now.verdict,
    requests: verdictSentence(now.verdict),
    ...displaced,
  }
  const ran = now.startedAt === null ? { outcome, reason, ...displaced } : said
  return {
    deployment: { ...now, state, finishedAt: at, opened: null },
    commands: [],
    facts: [fact(now, 'deployment.finished', ran)],
  }
}

function measure(now: Deployment, window: 'open' | 'close', traffic: Traffic | undefined): Deployment {
  if (traffic === undefined) return now
  if (window === 'open') return { ...now, opened: traffic }
  return now.opened === null ? now : { ...now, verdict: verdictOf(now.opened, traffic) }
}

/** Notes when the step that comes now began. */
function begin(now: Deployment, at: number): Deployment {
  const step = currentStep(now)
  return step === null ? now : { ...now, phases: [...now.phases, { name: step.do, at }] }
}

function command(now: Deployment): StepCommand {
  const state = now.state as DeploymentState & Progress & { kind: PhaseKind }
  return { do: 'step', deployment: now.id, phase: state.kind, at: state.at }
}

function doing(now: Deployment): string {
  const step = currentStep(now)
  return step === null ? 'waiting' : `it was at "${step.do}"`
}

function stepFact(now: Deployment, step: Step, result: StepOutcome): FactDraft {
  const instances = 'instances' in step ? step.instances.map(({ name }) => name) : undefined
  return fact(now, `deployment.${step.do}`, { instances, account: result.account })
}

function fact(now: Deployment, kind: string, data: Record<string, unknown>): FactDraft {
  return { kind, project: now.project, subject: now.id, by: self, data: { track: now.track, ...data } }
}

function stay(now: Deployment): DeploymentDecision {
  return { deployment: now, commands: [], facts: [] }
}
