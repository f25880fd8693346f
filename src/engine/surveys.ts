import type { Deployment, StepOutcome } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { askingFor } from '../domain/migrations/adapters.ts'
import { type Survey, surveySentence } from '../domain/migrations.ts'
import type { ReleaseRef } from '../domain/release.ts'
import type { SurveyRun } from '../domain/survey-run.ts'
import type { Track } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import { isOfStore } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { trackLane } from './apply.ts'
import { contextOf, type DeploymentContext } from './context.ts'
import type { Tx } from './tx.ts'

/**
 * Looks for pending migrations that people, or the plans they are asked about, wait for. They go through the track's lane, and
 * only while nothing moves there: what a rollout does in between would make their answer stale.
 */
export function lookForPlans(tx: Tx, track: string): void {
  const { store } = tx.parts
  for (const deployment of store.deployments.open(track)) {
    if (needsLook(store, deployment)) startSurvey(tx, deployment, deployment.id)
  }
  for (const { id, project } of store.surveys.waiting(track)) {
    const lane = trackLane(track)
    const isUnderWay = store.outbox.ofLane(lane).some(({ subject }) => subject === id)
    if (!isUnderWay) tx.command({ id, project, lane }, { do: 'survey', survey: id })
  }
}

/** A rollout comes first; what is only looked for is looked for again when it has ended. */
export function putOffLooks(tx: Tx, track: string): void {
  const { store } = tx.parts
  for (const { id } of store.surveys.waiting(track)) tx.withdrawn.push(...store.outbox.withdraw(id))
}

/** Whether people are to be asked about what is not known yet. */
export function isLookedFor(store: Store, deployment: Deployment): boolean {
  if (deployment.state.kind !== 'waiting') return false
  return store.surveys.waiting(deployment.track).some(({ release }) => release.id === deployment.release.id)
}

export function startSurvey(tx: Tx, about: Pick<Deployment, 'track' | 'release'>, by: string): SurveyRun {
  const { store } = tx.parts
  const { track } = contextOf(store, about)
  const known = store.surveys.waiting(track.id).find(({ release }) => release.id === about.release.id)
  if (known !== undefined) return known
  return store.surveys.add({
    ...{ project: track.project, track: track.id, release: about.release, by, createdAt: tx.at },
    variables: store.variables.version(track.project, track.environment),
    ...{ finishedAt: null, state: 'waiting', found: null },
  })
}

/** The answer; plans change with it. */
export function endSurvey(tx: Tx, id: string, found: Survey): void {
  const { store } = tx.parts
  const survey = store.surveys.get(id)
  if (survey === null || survey.state === 'finished') return
  store.surveys.save({ ...survey, found, state: 'finished', finishedAt: tx.at })
  const data = { track: survey.track, release: survey.release, ...found, because: surveySentence(found) }
  tx.fact({ kind: 'migrations.surveyed', project: survey.project, subject: survey.by, by: self, data })
  tx.followUp({ look: 'turn', track: survey.track })
}

/** What the look within a rollout has found, kept for the plans to come. */
export function keepSurvey(tx: Tx, id: string, { survey: found }: StepOutcome): void {
  const { store } = tx.parts
  const deployment = store.deployments.get(id)
  if (deployment === null || found === undefined) return
  const { project, track, release } = deployment
  const variables = 'variables' in deployment.state ? deployment.state.variables : 0
  const times = { createdAt: tx.at, finishedAt: tx.at }
  store.surveys.add({ project, track, release, variables, by: id, state: 'finished', found, ...times })
}

/** Whether people are to be asked about what nobody has looked at since it was asked for, or since the database changed. */
function needsLook(store: Store, deployment: Deployment): boolean {
  const { state, reason, track, release } = deployment
  if (state.kind !== 'waiting' || reason === 'scale' || reason === 'rollback') return false
  const context = contextIfAny(store, deployment)
  if (context === null || context.app.migrations === null || askingFor(context.app.migrations) === null) return false
  const newest = store.surveys.newest(track, release.id)
  return newest === null || newest.createdAt < deployment.createdAt || isStale(store, newest, context)
}

/** The database, or what it is reached by, has changed since. */
function isStale(store: Store, { createdAt, variables }: SurveyRun, { track }: DeploymentContext): boolean {
  const isOtherPlace = store.variables.version(track.project, track.environment) !== variables
  return isOtherPlace || store.surveys.appliedAt(track.id) > createdAt
}

/** A configuration that lost its app or environment has nothing to look for. */
function contextIfAny(store: Store, about: { readonly track: Track['id']; readonly release: ReleaseRef }) {
  try {
    return contextOf(store, about)
  } catch (error) {
    if (error instanceof Fault && !isOfStore(error)) return null
    throw error
  }
}
