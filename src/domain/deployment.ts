import { never } from '../lib/never.ts'
import type { Bake, BakeLook } from './bake.ts'
import { currentStep, fact, finish, giveUp, stay, superseded, waitsForAddress } from './decision.ts'
import { advance, backToWaiting, beginSmoke, goBackOrLeave, isLate, start, stepFailed } from './deployment-moving.ts'
import type { FactDraft } from './facts.ts'
import type { Approval } from './gates/gate.ts'
import type { Kept } from './keeping.ts'
import type { Survey } from './migrations.ts'
import type { Outcome } from './outcome.ts'
import type { ReleaseRef } from './release.ts'
import type { Rollout, Step } from './rollout.ts'
import type { Instance, Live } from './track.ts'
import type { Traffic, Verdict } from './traffic.ts'

/** One release going to one environment, for a reason. */
export interface Deployment {
  readonly id: string
  readonly project: string
  readonly track: string
  readonly release: ReleaseRef
  /** What was live when it began; null: nothing was. Not there before it began, and in records of before it was told. */
  readonly replaces?: ReleaseRef | null
  readonly reason: DeploymentReason
  readonly by: string
  readonly comment: string | null
  /** Instances per process that a scaling asks for; the track keeps them when it has succeeded. Empty for every other reason. */
  readonly scale: Readonly<Record<string, number>>
  /** Version of the environment's variables that its instances got; null until it begins. */
  readonly variables: number | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** It has waited as long as it may, and goes on although others have not ended. */
  readonly wentWithoutTurn?: boolean
  readonly state: DeploymentState
  /** The edge's totals when the rollout began, until the verdict is known. */
  readonly opened: Traffic | null
  readonly verdict: Verdict | null
  /** What became of its smoke steps; null where it has none, or they have not ended. */
  readonly smoke: Smoke | null
  /** How far the watching of the new release is, or what it has seen; null where nobody watches. */
  readonly bake: Bake | null
  /** Which version each instance ran when it was looked at after the end; null until then. */
  readonly versions: Versions | null
  /** The deployment it is another attempt at, and which attempt it is, from 1. */
  readonly retryOf: string | null
  readonly attempt: number
  /** When each phase began, for the timeline and the benchmark: `prepare`, `place`, … in order. */
  readonly phases: readonly Phase[]
}

/** What becomes of a deployment that has waited for its turn as long as it may. */
export type QueueLimit = 'abort' | 'continue'

/** `migrate`: only the release's migrations run; what serves stays as it is. */
export type DeploymentReason = 'promote' | 'redeploy' | 'rollback' | 'scale' | 'variables' | 'migrate'

/** What the target told after the end, or why it told nothing. */
export interface Versions {
  readonly at: number
  readonly instances: Readonly<Record<string, string>>
  readonly problem: string | null
}

export interface Smoke {
  /** Null while they run. */
  readonly outcome: Outcome | null
  readonly at: number
}

export interface Phase {
  readonly name: string
  readonly at: number
  /** Of a change of the routing: how many instances get visitors from its end on. */
  readonly visited?: number | undefined
}

export type DeploymentState =
  /** For people: outside the queue, holding nothing. */
  | { readonly kind: 'waiting'; readonly expiresAt: number }
  /** For its turn. `approvedPlan` is the hash people said yes to, when the protection asked them. */
  | {
      readonly kind: 'queued'
      readonly approvedPlan: string | null
      readonly expiresAt: number | null
      /** What then: it ends, or it goes on without its turn. */
      readonly atLimit?: QueueLimit
    }
  | ({ readonly kind: 'rolling' } & Progress)
  /** `kept`: what served when it was broken off is what it goes back to. */
  | ({ readonly kind: 'reverting'; readonly because: Ending; readonly kept?: Kept } & Progress)
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
  /** Names of the migrations it has applied; null = it has migrated, and nobody knows what. */
  readonly applied?: readonly string[] | null
  /** How it ends although the new release stays: what came after the visitors had moved went wrong. */
  readonly left?: Ending
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
  /** What did not come in time, where it ended for that. */
  readonly expired?: 'approval' | 'turn'
  /** It did not succeed, and the new release is live all the same. */
  readonly staysLive?: true
}

export type DeploymentEvent =
  | {
      readonly type: 'approved'
      readonly plan: string
      readonly queueLimitMs: number | null
      readonly atLimit?: QueueLimit
    }
  | { readonly type: 'rejected'; readonly by: string; readonly reason: string }
  | { readonly type: 'approval_void'; readonly moved: readonly string[]; readonly expiresMs: number }
  | ({ readonly type: 'refused'; readonly outcome: 'failed' | 'aborted' } & Pick<Ending, 'reason' | 'supersededBy'>)
  /** Another release became live on the track. */
  | { readonly type: 'live_moved'; readonly release: ReleaseRef }
  | {
      readonly type: 'turn'
      readonly rollout: Rollout
      readonly before: Live | null
      readonly variables: number
      readonly limitMs: number
      /** Who said yes to the plan that begins, for the record. */
      readonly approvals: readonly Approval[]
    }
  /** The address was free: its smoke steps run now. */
  | { readonly type: 'smoke_begun' }
  | { readonly type: 'step_done'; readonly phase: PhaseKind; readonly at: number; readonly result: StepOutcome }
  | { readonly type: 'step_failed'; readonly phase: PhaseKind; readonly at: number; readonly ending: Ending }
  | { readonly type: 'cancelled'; readonly by: string }
  /** A newer deployment takes its place. Whether one may is for whoever sends this to know. */
  | { readonly type: 'superseded'; readonly by: string }
  | { readonly type: 'deadline' }
  | { readonly type: 'quarantined'; readonly reason: string }

export type PhaseKind = 'rolling' | 'reverting'

/** What a step told: totals for `measure`, accounts for `drain` and `remove`, a look for `bake`, and so on. */
export interface StepOutcome {
  readonly traffic?: Traffic
  readonly account?: unknown
  /** One look at a release on trial. */
  readonly look?: BakeLook
  /** What is pending in the database. */
  readonly survey?: Survey
  /** Of `migrate`: null where nobody knows what it was. */
  readonly applied?: readonly string[] | null
  /** For the timeline. */
  readonly told?: Readonly<Record<string, unknown>>
}

/** One step to perform on the target, in the track's lane. */
export interface StepCommand {
  readonly do: 'step'
  readonly deployment: string
  readonly phase: PhaseKind
  readonly at: number
  /** It is not to be performed before. */
  readonly notBefore?: number
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

export { currentStep } from './decision.ts'

/** Total: an event that does not apply changes nothing. */
export function decideDeployment(now: Deployment, event: DeploymentEvent, at: number): DeploymentDecision {
  if (now.state.kind === 'finished') return stay(now)
  switch (event.type) {
    case 'approved':
      return now.state.kind === 'waiting' ? enqueue(now, event, at) : stay(now)
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
    case 'smoke_begun':
      return waitsForAddress(now) ? beginSmoke(now, at) : stay(now)
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
      return waitsForAddress(deployment) ? null : state.limitAt
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

/** The newer deployment that has taken its place, or does so as soon as it has gone back. */
export function supersededBy(state: DeploymentState): string | undefined {
  if (state.kind === 'reverting') return state.because.supersededBy
  return state.kind === 'rolling' || state.kind === 'finished' ? state.supersededBy : undefined
}

function isBeforeStart(now: Deployment): boolean {
  return now.state.kind === 'waiting' || now.state.kind === 'queued'
}

/** New instances, or another number of them, of whatever is live by then; never a way back to what was. */
function isOfWhatIsLive({ reason }: Deployment): boolean {
  return reason === 'redeploy' || reason === 'scale' || reason === 'variables'
}

/** Counting decides nothing: what is done but for that is done. */
function isCounting(now: Deployment): boolean {
  return currentStep(now)?.do === 'measure'
}

function isCurrent(now: Deployment, event: { readonly phase: PhaseKind; readonly at: number }): boolean {
  return now.state.kind === event.phase && now.state.at === event.at
}

function enqueue(now: Deployment, event: DeploymentEvent & { type: 'approved' }, at: number): DeploymentDecision {
  const { plan, queueLimitMs, atLimit = 'abort' } = event
  const expiresAt = queueLimitMs === null ? null : at + queueLimitMs
  const state = { kind: 'queued', approvedPlan: plan, expiresAt, atLimit } as const
  const deployment = { ...now, wentWithoutTurn: false, state }
  return { deployment, commands: [], facts: [fact(now, 'deployment.approved', { plan })] }
}

/** It goes to the front of its own track's queue, and waits no longer for what moves on others. */
function goWithoutTurn(now: Deployment): DeploymentDecision {
  const state = { ...(now.state as DeploymentState & { kind: 'queued' }), expiresAt: null }
  const deployment = { ...now, wentWithoutTurn: true, state }
  return { deployment, commands: [], facts: [fact(now, 'deployment.went_without_turn', {})] }
}

function follow(now: Deployment, release: ReleaseRef): DeploymentDecision {
  if (release.id === now.release.id) return stay(now)
  const facts = [fact(now, 'deployment.follows_live', { from: now.release, to: release })]
  return { deployment: { ...now, release }, commands: [], facts }
}

function cancel(now: Deployment, by: string, at: number): DeploymentDecision {
  const because = { outcome: 'aborted', reason: `cancelled by ${by}` } as const
  if (isBeforeStart(now)) return finish(now, at, because)
  return now.state.kind === 'rolling' ? goBackOrLeave(now, because, at) : stay(now)
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

function isOnlyLooking({ steps, at }: Progress): boolean {
  return steps.slice(at).every((step) => step.do === 'verify' || step.do === 'measure' || isLate(step))
}

function deadline(now: Deployment, at: number): DeploymentDecision {
  switch (now.state.kind) {
    case 'waiting':
      return finish(now, at, { outcome: 'aborted', reason: 'nobody approved it in time', expired: 'approval' })
    case 'queued':
      if (now.state.atLimit === 'continue') return goWithoutTurn(now)
      return finish(now, at, { outcome: 'aborted', reason: 'its turn did not come in time', expired: 'turn' })
    case 'rolling':
      if (waitsForAddress(now)) return stay(now)
      return goBackOrLeave(now, { outcome: 'failed', reason: `it took longer than its limit while ${doing(now)}` }, at)
    case 'reverting':
      return giveUp(now, `going back took longer than its limit while ${doing(now)}`, at)
    case 'finished':
      return stay(now)
    default:
      return never(now.state)
  }
}

function doing(now: Deployment): string {
  const step = currentStep(now)
  return step === null ? 'waiting' : `it was at "${step.do}"`
}
