import type { Deployment, DeploymentReason } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import type { GateReport } from '../domain/gates.ts'
import { refOf } from '../domain/release.ts'
import type { Decided } from '../domain/scheduling.ts'
import type { EnvironmentSpec } from '../domain/spec.ts'
import type { Track } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { StoredRelease } from '../store/releases.ts'
import { applyDeployment } from './apply.ts'
import { contextOf } from './context.ts'
import { currentPlan } from './current-plan.ts'
import { noteDecision } from './decisions.ts'
import { gateFacts } from './gate-facts.ts'
import { lookUpRelation } from './relations.ts'
import { noteAsked } from './safeguards.ts'
import type { Tx } from './tx.ts'

export interface DeploymentRequest {
  readonly release: StoredRelease
  readonly environment: string
  readonly reason: DeploymentReason
  /** Of a scaling. */
  readonly scale?: Readonly<Record<string, number>>
  readonly by: string
  readonly comment: string | null
  /** The deployment it is another attempt at. */
  readonly retries?: Deployment
}

/**
 * Records that a release is to go to an environment. It then waits for people, for its turn, or begins at once. A
 * release whose archive is gone is refused before anything is recorded.
 */
export function requestDeployment(tx: Tx, request: DeploymentRequest): Deployment {
  const { store } = tx.parts
  const { release } = request
  if (release.discardedAt !== null) throw new Fault('release.discarded', { details: { version: release.version } })
  const track = store.tracks.ensure(release.project, release.app, request.environment)
  const draft = newDeployment(tx, track.id, request)
  const context = contextOf(store, draft)
  noteAsked(tx, context)
  const facts = gateFacts(tx.parts, draft, tx.at)
  const gates = tx.parts.rules.askGates(facts)
  const closed = gates.filter(({ answer }) => !answer.open)
  const deployment = store.deployments.add({ ...draft, state: firstState(tx, context.environment, closed) })
  noteDecision(tx, { facts: { ...facts, deployment }, gates, decided: decidedAtFirst(closed) })
  const { plan, hash } = currentPlan(store, deployment, context)
  store.deployments.savePlan(deployment.id, hash, plan)
  tx.fact({
    kind: 'deployment.requested',
    project: release.project,
    subject: deployment.id,
    by: request.by,
    data: {
      track: track.id,
      release: deployment.release,
      reason: request.reason,
      comment: request.comment,
      plan: hash,
      ...{ scale: deployment.scale, state: deployment.state.kind },
    },
  })
  lookUpRelation(tx, deployment)
  // What can never go is refused now, not after people were asked to approve it.
  const hopeless = closed.find(({ holds }) => holds === 'refuse_at_once')
  if (hopeless !== undefined) {
    applyDeployment(tx, deployment.id, { type: 'refused', outcome: 'failed', reason: hopeless.answer.because })
  }
  tx.followUp({ look: 'turn', track: track.id })
  // What is deployed says whose configuration counts.
  if (request.reason === 'promote') tx.followUp({ look: 'timers', project: release.project })
  return store.deployments.get(deployment.id) as Deployment
}

function decidedAtFirst(closed: readonly GateReport[]): Decided {
  if (closed.some(({ holds }) => holds === 'refuse_at_once')) return 'refused'
  return closed.some(({ holds }) => holds === 'people') ? 'waits for people' : 'queued'
}

function firstState(tx: Tx, environment: EnvironmentSpec, closed: readonly GateReport[]): Deployment['state'] {
  const { protection, policies } = environment
  if (closed.some(({ holds }) => holds === 'people'))
    return { kind: 'waiting', expiresAt: tx.at + protection.expiresMs }
  const { afterMs, action: atLimit } = policies.queueTimeout
  return { kind: 'queued', approvedPlan: null, expiresAt: afterMs === null ? null : tx.at + afterMs, atLimit }
}

function newDeployment(tx: Tx, track: string, request: DeploymentRequest): Deployment {
  const { release, reason, by, comment, scale = {}, retries } = request
  const again = retries === undefined ? {} : { retryOf: retries.id, attempt: retries.attempt + 1 }
  return { ...draftDeployment({ track: { id: track }, release, at: tx.at }), reason, by, comment, scale, ...again }
}

export interface Draft {
  readonly track: Pick<Track, 'id'>
  readonly release: StoredRelease
  readonly at: number
}

/** A deployment nobody has asked for yet: enough to show its plan and what its gates say. */
export function draftDeployment({ track, release, at }: Draft): Deployment {
  return {
    id: '',
    project: release.project,
    track: track.id,
    release: refOf(release),
    reason: 'promote',
    by: self,
    comment: null,
    scale: {},
    variables: null,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
    state: { kind: 'queued', approvedPlan: null, expiresAt: null },
    opened: null,
    verdict: null,
    smoke: null,
    bake: null,
    versions: null,
    retryOf: null,
    attempt: 1,
    phases: [],
  }
}
