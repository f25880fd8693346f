import { type BakeLook, beginBake, judgeBake, lookEveryMs } from './bake.ts'
import { currentStep, fact, finish, giveUp, stay, superseded, whatAndWho } from './decision.ts'
import type {
  Deployment,
  DeploymentDecision,
  DeploymentEvent,
  DeploymentState,
  Ending,
  PhaseKind,
  Progress,
  StepCommand,
  StepOutcome,
} from './deployment.ts'
import type { FactDraft } from './facts.ts'
import { keptOf, standing } from './keeping.ts'
import { isAsApproved, namesOf } from './migrations.ts'
import { planRevert, type Step } from './rollout.ts'
import type { Live } from './track.ts'
import { offlineMs, type Traffic, verdictOf } from './traffic.ts'
import { versionCounts } from './versions.ts'

/** A deployment on its way: step by step forward, or back to what served before. */

export function start(now: Deployment, event: DeploymentEvent & { type: 'turn' }, at: number): DeploymentDecision {
  const { steps, instances } = event.rollout
  const { before, variables } = event
  const state = { kind: 'rolling', steps, at: 0, instances, before, variables, limitAt: at + event.limitMs } as const
  const deployment = begin({ ...now, replaces: before?.release ?? null, variables, startedAt: at, state }, at)
  return {
    deployment,
    commands: [command(deployment)],
    facts: [
      fact(now, 'deployment.started', {
        ...whatAndWho(now),
        ...{ variables, scale: now.scale, approvals: event.approvals, waitedMs: at - now.createdAt },
        prepares: steps.some((step) => step.do === 'prepare'),
        instances: instances.map(({ name }) => name),
      }),
    ],
  }
}

export function advance(now: Deployment, result: StepOutcome, at: number): DeploymentDecision {
  const step = currentStep(now)
  if (step?.do === 'bake' && result.look !== undefined) return watch(now, { step, look: result.look }, at)
  return goOn(step === null ? now : told(now, { step, result }, at), result, at)
}

export function stepFailed(now: Deployment, ending: Ending, at: number): DeploymentDecision {
  if (now.state.kind !== 'rolling') return giveUp(now, `going back did not work: ${ending.reason}`, at)
  if (currentStep(now)?.do !== 'smoke') return goBackOrLeave(now, ending, at)
  const { outcome, reason } = ending
  const back = revert({ ...now, smoke: { outcome, at } }, ending, at)
  return { ...back, facts: [fact(now, 'deployment.smoke', { outcome, reason }), ...back.facts] }
}

/** Waiting for others at the same address is no work either. */
export function beginSmoke(now: Deployment, at: number): DeploymentDecision {
  const state = now.state as DeploymentState & { kind: 'rolling' }
  const waitedMs = at - (now.phases.at(-1)?.at ?? at)
  const deployment = {
    ...now,
    smoke: { outcome: null, at },
    state: { ...state, limitAt: state.limitAt + waitedMs },
  } as const
  return { deployment, goesOn: true, commands: [], facts: [] }
}

/** What people said yes to is no longer what would happen. Nothing has been moved. */
export function backToWaiting(
  now: Deployment,
  moved: readonly string[],
  expiresAt: number,
  before: readonly FactDraft[] = [],
): DeploymentDecision {
  const state = { kind: 'waiting', expiresAt } as const
  const facts = [...before, fact(now, 'deployment.approval_void', { moved })]
  return { deployment: { ...now, state }, commands: [], facts }
}

/** As if its turn had not come. */
const notBegun = { startedAt: null, opened: null, phases: [] } as const

/** What is pending moved between the yes and now, in words; null when it is what people saw. */
function surveyed(now: Deployment, step: Step | undefined, { survey }: StepOutcome): string | null {
  if (step?.do !== 'survey' || survey === undefined) return null
  if (step.approved === null || isAsApproved(step.approved.pending, survey)) return null
  const seen = listed(step.approved.pending)
  return `pending migrations: ${seen} → ${listed(namesOf(survey) ?? ['not known'])} (${now.release.version})`
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ')
}

/** A migration that comes when the visitors have moved already. */
export function isLate(step: Step | null): boolean {
  return step?.do === 'migrate' && step.isLate
}

/**
 * Back to what served before, if anything has been moved at all. When only the late migration is left, the new release stays:
 * it is the one that gets along with the old database and with the new one.
 */
export function goBackOrLeave(now: Deployment, ending: Ending, at: number): DeploymentDecision {
  if (now.reason === 'migrate') return finish(now, at, ending)
  if (!isLate(currentStep(now))) return revert(now, ending, at)
  const reason = `${ending.reason}; ${now.release.version} is live, on a database that not all its migrations have reached`
  const hint = 'Mend the migration and run `signalbox migrate`, or go back with `signalbox rollback`.'
  const state = now.state as DeploymentState & Progress & { kind: 'rolling' }
  return goOn({ ...now, state: { ...state, left: { ...ending, reason, hint } } }, {}, at)
}

/** Code goes back, a database does not. */
function withApplied(reason: string | null, applied: Progress['applied']): string | null {
  if (applied === null || applied === undefined || applied.length === 0) return reason
  return `${reason}; its migrations stay applied: ${applied.join(', ')}`
}

function revert(now: Deployment, why: Ending, at: number): DeploymentDecision {
  const state = now.state as DeploymentState & Progress
  const because = { ...why, reason: withApplied(why.reason, state.applied) }
  const kept = keptOf(now, state, because)
  const before = kept === null ? state.before : standing(now, state, kept)
  const steps = planRevert(before, state.steps.slice(0, state.at + 1), state.before?.instances)
  const limitMs = state.limitAt - (now.startedAt ?? at)
  const going = { kind: 'reverting', because, steps, at: 0, before, ...(kept === null ? {} : { kept }) } as const
  // Going back gets as long as going forward had: what is left of the first limit may be nothing.
  const deployment = begin({ ...now, state: { ...state, ...going, limitAt: at + limitMs } }, at)
  const said = kept === null ? { ...because } : { ...because, kept: versionsOf(before) }
  return { deployment, commands: [command(deployment)], facts: [fact(now, 'deployment.reverting', said)] }
}

/** Where going back failed, only a person knows where to go. */
function needsPerson(because: Ending, before: Live | null): Ending {
  if (because.outcome === 'aborted') return because
  const why = 'a rollback is never rolled back by itself, and what serves was kept'
  return {
    outcome: 'errored',
    reason: `needs a person: ${because.reason}; ${why}: ${versionsOf(before)}`,
    hint: '`signalbox releases --can-rollback ENVIRONMENT` lists where one can go back to; `signalbox deploy` goes forward.',
  }
}

function versionsOf(live: Live | null): string {
  return versionCounts((live?.instances ?? []).map(({ release }) => release)) || 'nothing'
}

interface Watching {
  readonly step: Step & { readonly do: 'bake' }
  readonly look: BakeLook
}

/** One look more at a release on trial. It is looked at again, or stands, or goes. */
function watch(now: Deployment, { step, look }: Watching, at: number): DeploymentDecision {
  const state = now.state as DeploymentState & Progress
  const compared = { fresh: now.release, old: state.before?.release ?? null, opened: now.opened }
  const { bake, tripped, isOver } = judgeBake(now.bake ?? beginBake(at), look, { step, compared })
  const seen = { ...now, bake }
  if (tripped !== null) return revert(seen, { outcome: 'failed', reason: tripped, hint: trippedHint }, at)
  if (isOver || state.supersededBy !== undefined) return goOn(seen, { account: bake.sentence }, at)
  const again = { ...command(seen), notBefore: Math.min(at + lookEveryMs(step.forMs), bake.since + step.forMs) }
  return { deployment: seen, commands: [again], facts: [] }
}

const trippedHint =
  'Mend what it shows in its logs and push, or deploy it again with other thresholds in `policies.breaker`.'

/** To the next step, or to the end. */
function goOn(now: Deployment, result: StepOutcome, at: number): DeploymentDecision {
  const state = now.state as DeploymentState & Progress & { kind: PhaseKind }
  const step = state.steps[state.at]
  const facts = step === undefined || step.do === 'measure' ? [] : [stepFact(now, step, result)]
  const applied = result.applied === undefined ? {} : { applied: result.applied }
  const moved: Deployment = { ...now, state: { ...state, ...applied, at: state.at + 1 } }
  if (state.kind === 'rolling' && state.supersededBy !== undefined) {
    const back = revert(now, superseded(state.supersededBy), at)
    return { ...back, facts: [...facts, ...back.facts] }
  }
  const changed = surveyed(now, step, result)
  if (changed !== null && step?.do === 'survey')
    return backToWaiting({ ...now, ...notBegun }, [changed], at + (step.approved?.expiresMs ?? 0), facts)
  if (state.at + 1 < state.steps.length) {
    const deployment = begin(moved, at)
    return { deployment, commands: [command(deployment)], facts }
  }
  const ended = state.kind === 'rolling' ? succeed(moved, state, at) : gone(moved, at)
  return { ...ended, facts: [...facts, ...ended.facts] }
}

function succeed(now: Deployment, progress: Progress, at: number): DeploymentDecision {
  const { instances, variables, left } = progress
  if (now.reason === 'migrate') return finish(now, at, { outcome: 'succeeded', reason: null })
  const live: Live = { deployment: now.id, release: now.release, variables, instances }
  const ending: Ending = left === undefined ? { outcome: 'succeeded', reason: null } : { ...left, staysLive: true }
  return { ...finish(now, at, ending), live }
}

/** What was kept instead of what served before is what is live now, and is kept so. */
function gone(now: Deployment, at: number): DeploymentDecision {
  if (now.state.kind !== 'reverting') return stay(now)
  const { because, kept, before } = now.state
  const ended = finish(now, at, kept === 'rollback' ? needsPerson(because, before) : because)
  return kept === undefined || before === null ? ended : { ...ended, live: before }
}

interface Told {
  readonly step: Step
  readonly result: StepOutcome
}

/** What a step that is done leaves in the record. */
function told(now: Deployment, { step, result }: Told, at: number): Deployment {
  if (step.do === 'smoke') return { ...now, smoke: { outcome: 'succeeded', at } }
  return step.do === 'measure' ? measure(now, step.window, result.traffic) : now
}

function measure(now: Deployment, window: 'open' | 'close', traffic: Traffic | undefined): Deployment {
  if (traffic === undefined) return now
  if (window === 'open') return { ...now, opened: traffic }
  return now.opened === null
    ? now
    : { ...now, verdict: { ...verdictOf(now.opened, traffic), offlineMs: offlineMs(now.phases) } }
}

/** Notes when the step that comes now began. Being watched is no work, so it does not count against the limit. */
function begin(now: Deployment, at: number): Deployment {
  const step = currentStep(now)
  if (step === null) return now
  const phase = { name: step.do, at, ...(step.do === 'route' && { visited: step.instances.length }) }
  const begun = { ...now, phases: [...now.phases, phase] }
  if (step.do !== 'bake') return begun
  const state = now.state as DeploymentState & { kind: 'rolling' }
  return { ...begun, bake: beginBake(at), state: { ...state, limitAt: state.limitAt + step.forMs } }
}

function command(now: Deployment): StepCommand {
  const state = now.state as DeploymentState & Progress & { kind: PhaseKind }
  return { do: 'step', deployment: now.id, phase: state.kind, at: state.at }
}

function stepFact(now: Deployment, step: Step, result: StepOutcome): FactDraft {
  const instances = 'instances' in step ? step.instances.map(({ name }) => name) : undefined
  const outcome = step.do === 'smoke' ? 'succeeded' : undefined
  return fact(now, `deployment.${step.do}`, { instances, account: result.account, outcome, ...result.told })
}
