import { currentStep, fact, finish, giveUp, superseded } from './decision.ts'
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
import { planRevert, type Step } from './rollout.ts'
import type { Live } from './track.ts'
import { type Traffic, verdictOf } from './traffic.ts'

/** A deployment on its way: step by step forward, or back to what served before. */

export function start(now: Deployment, event: DeploymentEvent & { type: 'turn' }, at: number): DeploymentDecision {
  const { steps, instances } = event.rollout
  const { before, variables } = event
  const state = { kind: 'rolling', steps, at: 0, instances, before, variables, limitAt: at + event.limitMs } as const
  const deployment = begin({ ...now, variables, startedAt: at, state }, at)
  return {
    deployment,
    commands: [command(deployment)],
    facts: [fact(now, 'deployment.started', { release: now.release, instances: instances.map(({ name }) => name) })],
  }
}

export function advance(now: Deployment, result: StepOutcome, at: number): DeploymentDecision {
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

export function stepFailed(now: Deployment, ending: Ending, at: number): DeploymentDecision {
  if (now.state.kind === 'rolling') return revert(now, ending, at)
  return giveUp(now, `going back did not work: ${ending.reason}`, at)
}

export function revert(now: Deployment, because: Ending, at: number): DeploymentDecision {
  const state = now.state as DeploymentState & Progress
  const steps = planRevert(state.before, state.steps.slice(0, state.at + 1))
  const limitMs = state.limitAt - (now.startedAt ?? at)
  // Going back gets as long as going forward had: what is left of the first limit may be nothing.
  const next = { ...state, kind: 'reverting', because, steps, at: 0, limitAt: at + limitMs } as const
  const deployment = begin({ ...now, state: next }, at)
  return { deployment, commands: [command(deployment)], facts: [fact(now, 'deployment.reverting', { ...because })] }
}

function succeed(now: Deployment, progress: Progress, at: number): DeploymentDecision {
  const { instances, variables } = progress
  const live: Live = { deployment: now.id, release: now.release, variables, instances }
  return { ...finish(now, at, { outcome: 'succeeded', reason: null }), live }
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

function stepFact(now: Deployment, step: Step, result: StepOutcome): FactDraft {
  const instances = 'instances' in step ? step.instances.map(({ name }) => name) : undefined
  return fact(now, `deployment.${step.do}`, { instances, account: result.account })
}
