import { currentStep, type Deployment, type DeploymentEvent, isActive } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { namesOf } from '../domain/migrations.ts'
import { attemptOf, type Job, type Run, type RunEvent } from '../domain/run.ts'
import type { Live, Track } from '../domain/track.ts'
import { versionOf } from '../domain/version.ts'
import { hasFailed } from '../domain/wave.ts'
import { askForArrivals } from './arrivals.ts'
import { surveyFor } from './find-survey.ts'
import { askHeld } from './hold.ts'
import { lookAgain } from './look-again.ts'
import { lookAtQueues } from './queues.ts'
import { lookUpRelation } from './relations.ts'
import { noteSucceeded } from './safeguards.ts'
import { followSchedules } from './schedules.ts'
import type { Tx } from './tx.ts'

export function trackLane(track: string): string {
  return `track:${track}`
}

/** Smoke steps: one at a time per address, migrations one at a time per lock, whoever's they are. Watching is beside what else is done on the track. */
function laneOf(deployment: Deployment): string {
  const step = currentStep(deployment)
  if (step?.do === 'smoke') return `url:${step.url}`
  if (step?.do === 'migrate' && step.lock !== null) return `migration:${step.lock}`
  return step?.do === 'bake' ? `watch:${deployment.track}` : trackLane(deployment.track)
}

/** One event, one decision, one set of changes; and whatever follows from them on the same track. */
export function applyDeployment(tx: Tx, id: string, event: DeploymentEvent): void {
  const { store, rules } = tx.parts
  const before = store.deployments.get(id)
  if (before === null) return
  const { deployment, live, goesOn, commands, facts } = rules.decideDeployment(before, event, tx.at)
  if (deployment === before) return
  if (!goesOn) tx.withdrawn.push(...store.outbox.withdraw(id))
  store.deployments.save(deployment)
  for (const fact of facts) tx.fact(fact)
  if (live !== undefined) setLive(tx, deployment, live)
  for (const command of commands) {
    if (currentStep(deployment)?.do === 'migrate') keepMigrating(tx, deployment)
    tx.command({ id, project: deployment.project, lane: laneOf(deployment) }, command, command.notBefore)
  }
  if (deployment.state.kind === 'finished') afterDeployment(tx, deployment)
  if (!isActive(deployment)) tx.followUp({ look: 'turn', track: deployment.track })
  // It may have been in the way on other tracks too.
  if (deployment.state.kind === 'finished' || deployment.state.kind === 'waiting') lookAtQueues(tx)
}

/** That a migration is about to begin is kept, whatever becomes of it: it may have done its work, or a part of it. */
function keepMigrating(tx: Tx, deployment: Deployment): void {
  const { surveys } = tx.parts.store
  const { id, project, track } = deployment
  const names = namesOf(surveyFor(tx.parts.store, deployment))
  if (names?.length !== 0) surveys.addApplied({ deployment: id, project, track, names: names ?? [] }, tx.at)
}

/** What was asked for of the release that was live is of this one from now on. */
function setLive(tx: Tx, deployment: Deployment, live: Live): void {
  const { store } = tx.parts
  const { track, scale } = deployment
  askForArrivals(tx, deployment, live.release.commit)
  store.tracks.setLive(track, live)
  askHeld(tx, deployment)
  store.tracks.setScale(track, { ...store.tracks.scale(track), ...scale })
  followSchedules(tx, track)
  for (const deployment of store.deployments.open(track)) {
    applyDeployment(tx, deployment.id, { type: 'live_moved', release: live.release })
    lookUpRelation(tx, deployment)
  }
}

/** What the target has of a track, and of its host names, goes; also when the track itself is forgotten right after. */
export function clearTrack(tx: Tx, { id, project, app, environment, live }: Track): void {
  const { store } = tx.parts
  const newest =
    live ?? store.deployments.list(id, 1).map((each) => ({ deployment: each.id, release: each.release }))[0]
  const spec = newest === undefined ? null : store.runs.spec(project, newest.release.commit)
  const target = spec?.environments.find(({ name }) => name === environment)?.target
  if (newest === undefined || target === undefined) return
  const { deployment, release } = newest
  tx.withdrawn.push(...store.outbox.withdraw(id))
  const command = { do: 'clear', track: id, app, environment, target, deployment, release } as const
  tx.command({ id, project, lane: trackLane(id) }, command)
}

export function applyRun(tx: Tx, id: string, event: RunEvent): void {
  const { store, rules } = tx.parts
  const before = store.runs.get(id)
  if (before === null) return
  const { run, commands, stop, facts } = rules.decideRun(before, event, tx.at)
  if (run === before) return
  for (const attempt of [...stop, ...attemptEnded(before, event)]) tx.withdrawn.push(...store.outbox.withdraw(attempt))
  store.runs.save(run)
  for (const fact of facts) tx.fact(fact)
  for (const command of commands) {
    const attempt = attemptOf(run.id, { name: command.job, attempt: command.attempt })
    tx.command({ id: attempt, project: run.project, lane: `job:${attempt}` }, command)
  }
  keepReleases(tx, before, run)
  if (event.type === 'job_finished' || run.state !== before.state) askAgainFor(tx, run)
  if (before.state === 'running' && run.state === 'finished' && run.outcome === 'succeeded') afterRun(tx, run)
}

function afterDeployment(tx: Tx, deployment: Deployment): void {
  const { state } = deployment
  tx.parts.store.endings.add(deployment)
  const track = tx.parts.store.tracks.get(deployment.track)
  if (track === null || state.kind !== 'finished') return
  if (deployment.startedAt !== null) {
    lookAgain(tx, track)
    askForVersions(tx, deployment)
  }
  if (deployment.startedAt !== null) lookAgain(tx, track)
  if (hasFailed(deployment)) tx.followUp({ look: 'wave', deployment: deployment.id })
  if (state.outcome !== 'succeeded' || deployment.reason !== 'promote') return
  noteSucceeded(tx, deployment)
  const { project, app } = track
  tx.followUp({ look: 'promote', project, app, commit: deployment.release.commit })
}

/** However it ended. Before whatever comes next on the track, and not taken back by it. */
function askForVersions(tx: Tx, { id, project, track }: Deployment): void {
  tx.command({ id: `versions:${id}`, project, lane: trackLane(track) }, { do: 'versions', deployment: id })
}

function afterRun(tx: Tx, run: Run): void {
  for (const { app } of tx.parts.store.releases.ofCommitAll(run.project, run.commit)) {
    tx.followUp({ look: 'promote', project: run.project, app, commit: run.commit })
  }
}

/** A check they may have waited for has ended. */
function askAgainFor(tx: Tx, { project, commit }: Run): void {
  const { deployments } = tx.parts.store
  for (const track of deployments.tracksWithQueue()) {
    if (deployments.open(track).some((each) => each.project === project && each.release.commit === commit))
      tx.followUp({ look: 'turn', track })
  }
}

function attemptEnded(run: Run, event: RunEvent): readonly string[] {
  const ends = event.type === 'job_finished' || event.type === 'job_lost'
  return ends ? [attemptOf(run.id, { name: event.job, attempt: event.attempt })] : []
}

/** A build that has just succeeded is a release. */
function keepReleases(tx: Tx, before: Run, run: Run): void {
  for (const job of run.jobs) {
    const was = before.jobs.find(({ name }) => name === job.name)
    if (job.kind === 'build' && job.outcome === 'succeeded' && was?.outcome !== 'succeeded') keepRelease(tx, run, job)
  }
}

function keepRelease(tx: Tx, run: Run, job: Job): void {
  const { store } = tx.parts
  const app = store.runs.spec(run.project, run.commit)?.apps.find(({ name }) => name === job.of)
  if (app === undefined || job.artifact === null) return
  const version = versionOf(app.version, { commit: run.commit, committedAt: run.committedAt, now: tx.at })
  const known = store.releases.ofCommit(run.project, app.name, run.commit)
  if (known !== null && known.discardedAt !== null)
    store.releases.restore(known.id, job.artifact.digest, job.artifact.bytes)
  const release = store.releases.add({
    ...{
      project: run.project,
      app: app.name,
      commit: run.commit,
      version,
      run: run.id,
      title: run.title,
      createdAt: tx.at,
    },
    ...job.artifact,
  })
  tx.fact({
    kind: 'release.built',
    project: run.project,
    subject: release.id,
    by: self,
    data: {
      app: app.name,
      version: release.version,
      commit: run.commit,
      digest: release.digest,
      bytes: release.bytes,
      run: run.id,
    },
  })
}
