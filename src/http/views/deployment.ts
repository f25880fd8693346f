import type { CarriedView, DecisionView, DeploymentView, GateView, PlanView, VerdictView } from '../../api/views.ts'
import { currentStep, type Deployment, deadlineOf, type Ending, supersededBy } from '../../domain/deployment.ts'
import type { GateReport } from '../../domain/gates.ts'
import type { Step } from '../../domain/rollout.ts'
import type { SchedulerDecision } from '../../domain/scheduling.ts'
import { verdictSentence } from '../../domain/traffic.ts'
import type { WholePlan } from '../../engine/queries.ts'
import { canonicalJson } from '../../lib/canonical.ts'
import { refView } from './release.ts'

export function deploymentView(deployment: Deployment): DeploymentView {
  const { id, project, track, reason, by, comment, scale, variables, phases, state } = deployment
  const { createdAt, startedAt, finishedAt } = deployment
  const [, app = '', environment = ''] = track.split('/')
  return {
    ...{
      id,
      project,
      track,
      app,
      environment,
      reason,
      by,
      comment,
      scale,
      variables,
      createdAt,
      startedAt,
      finishedAt,
      phases,
    },
    release: refView(deployment.release),
    state: state.kind,
    expiresAt: deadlineOf(deployment),
    outcome: state.kind === 'finished' ? state.outcome : null,
    because: endingOf(deployment)?.reason ?? null,
    hint: endingOf(deployment)?.hint ?? null,
    rolledBack: state.kind === 'finished' && state.rolledBack,
    supersededBy: supersededBy(state) ?? null,
    wentWithoutTurn: deployment.wentWithoutTurn ?? false,
    step: stepView(deployment),
    verdict: verdictView(deployment),
    smoke: smokeView(deployment),
    versions: deployment.versions,
    ...{ retryOf: deployment.retryOf, attempt: deployment.attempt },
    bake: deployment.bake === null ? null : { since: deployment.bake.since, sentence: deployment.bake.sentence },
  }
}

export function carriedView({ id, release, by }: Deployment): CarriedView {
  return { deployment: id, release: refView(release), by }
}

export function decisionView({ at, decided, gates, inputs }: SchedulerDecision): DecisionView {
  return { at, decided, gates: gates.map(gateView), inputs }
}

export function gateView({ gate, answer }: GateReport): GateView {
  const { open, because } = answer
  if (open) return { gate, open, because, openedBy: null, behind: null }
  return { gate, open, because, openedBy: answer.openedBy, behind: answer.behind ?? null }
}

export function planView({ deployment, plan, hash, gates, outlook }: WholePlan): PlanView {
  const { demands, ...beside } = outlook
  return {
    ...{ deployment, plan, hash, canonical: canonicalJson(plan), gates: gates.map(gateView) },
    outlook: { ...beside, demands: demands.map(({ permitted: _, ...demand }) => demand) },
  }
}

function endingOf({ state }: Deployment): Ending | null {
  if (state.kind === 'finished') return state
  return state.kind === 'reverting' ? state.because : null
}

function stepView(deployment: Deployment): DeploymentView['step'] {
  const { state } = deployment
  const step = currentStep(deployment)
  if (step === null || (state.kind !== 'rolling' && state.kind !== 'reverting')) return null
  return { doing: stepWords(step), at: state.at + 1, of: state.steps.length }
}

function stepWords(step: Step): string {
  return 'instances' in step ? `${step.do} ${step.instances.map(({ name }) => name).join(', ')}` : step.do
}

function smokeView({ id, smoke }: Deployment): DeploymentView['smoke'] {
  return smoke === null ? null : { outcome: smoke.outcome, at: smoke.at, log: `${id}-smoke` }
}

function verdictView({ verdict }: Deployment): VerdictView | null {
  return verdict === null ? null : { ...verdict, offlineMs: verdict.offlineMs ?? 0, sentence: verdictSentence(verdict) }
}
