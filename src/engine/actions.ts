import type { Deployment } from '../domain/deployment.ts'
import type { AcceptedEvent } from '../domain/event.ts'
import type { Lock } from '../domain/gates/gate.ts'
import type { OneOffRun } from '../domain/one-off.ts'
import type { Run } from '../domain/run.ts'
import type { Track } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { VariableChange } from '../store/variables.ts'
import { applyDeployment, applyRun, clearTrack } from './apply.ts'
import { isApproved, mayApprove, mustBeCurrent, mustWait } from './approvals.ts'
import { contextOf, environmentIn } from './context.ts'
import {
  findDeployment,
  findProject,
  findRelease,
  findRun,
  findTrack,
  liveOf,
  rollbackTargets,
  specNow,
  tracksIn,
  waitingFor,
} from './find.ts'
import type { Intake } from './intake.ts'
import type { Parts } from './parts.ts'
import { mustBeIdle, mustBeScalable, mustBeSettable, whyNotRerun } from './refusals.ts'
import { type DeploymentRequest, requestDeployment } from './request.ts'
import { sealAll } from './sealing.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

/** A place named by a person: an environment, and an app where the environment has several. */
export interface Place {
  readonly project: string
  readonly environment: string
  readonly app?: string | undefined
}

export interface NamedCommand {
  readonly words: readonly string[]
  /** The words without what is secret, for the journal; left out where nothing is. */
  readonly told?: readonly string[]
  readonly limitMs: number
}

export interface Asked {
  readonly by: string
  readonly comment?: string | null | undefined
}

/** What a person may ask for. Each call is one transaction: it is recorded whole, or refused with a Fault that says why. */
export class Actions {
  readonly #parts: Parts
  readonly #after: AfterCommit
  readonly #intake: Intake

  constructor(parts: Parts, after: AfterCommit, intake: Intake) {
    this.#parts = parts
    this.#after = after
    this.#intake = intake
  }

  // ---- projects -----------------------------------------------------------------------------------------------------

  /** The repository is there already. Its refs count as known, apart from `head`, which starts the first run. */
  async addProject(
    project: { name: string; origin: string | null; head: string | null },
    { by }: Asked,
  ): Promise<readonly AcceptedEvent[]> {
    const { name, origin, head } = project
    const refs = await this.#parts.source.refs(name)
    this.#transact((tx) => {
      const { projects } = tx.parts.store
      if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw new Fault('project.invalid_name', { details: { name } })
      if (projects.get(name) !== null) throw new Fault('project.exists', { details: { project: name } })
      projects.add({ name, origin, createdAt: tx.at, createdBy: by })
      for (const [ref, sha] of refs) if (ref !== head) projects.setRef(name, ref, sha)
      tx.fact({ kind: 'project.added', project: name, subject: name, by, data: { origin } })
    })
    return await this.sync(name, by)
  }

  /** Forgets a project on which nothing moves and nothing runs. Its facts stay, and so do its shared folders. */
  removeProject(name: string, { by }: Asked): void {
    this.#transact((tx) => {
      const { store } = tx.parts
      findProject(store, name)
      mustBeIdle(store, name)
      for (const { id, project } of store.deployments.openEverywhere())
        if (project === name) applyDeployment(tx, id, { type: 'cancelled', by })
      for (const { id } of store.runs.unfinished().filter(({ project }) => project === name))
        applyRun(tx, id, { type: 'cancelled', by })
      for (const track of store.tracks.list(name)) clearTrack(tx, track)
      store.projects.remove(name)
      tx.fact({ kind: 'project.removed', project: name, subject: name, by, data: {} })
    })
  }

  /** Until what it gives is called, nobody but the one who pushes is taken for who moved a ref of the project. */
  expectPush(project: string): () => void {
    return this.#intake.expectPush(project)
  }

  /** Accepts what was pushed and not accepted yet. */
  sync(project: string, by: string): Promise<readonly AcceptedEvent[]> {
    return this.#intake.sync(project, { source: 'push', by })
  }

  // ---- deployments --------------------------------------------------------------------------------------------------

  /** Sends a release on its way: the one named, or the newest. */
  deploy(place: Place, wanted: { version: string | null }, asked: Asked): readonly Deployment[] {
    return this.#transactAll((tx) =>
      tracksIn(tx.parts.store, place).map((track) => {
        const release = findRelease(tx.parts.store, track, wanted.version)
        // Asking again for what waits for people already is asking once.
        const waiting = waitingFor(tx.parts.store, track.id, release.id)
        if (waiting !== null) return waiting
        return this.#request(tx, track, { release, reason: 'promote', asked })
      }),
    )
  }

  /** Replaces every instance by a new one of the release that is live; picks up changed variables. */
  redeploy(place: Place, asked: Asked): readonly Deployment[] {
    return this.#transactAll((tx) =>
      tracksIn(tx.parts.store, place).map((track) => {
        const release = tx.parts.store.releases.get(liveOf(track).release.id) as StoredRelease
        return this.#request(tx, track, { release, reason: 'redeploy', asked })
      }),
    )
  }

  /** Back to the release that was live before, or to the one named. The target is checked before anything moves. */
  async rollback(place: Place, wanted: { version: string | null }, asked: Asked): Promise<readonly Deployment[]> {
    const { store, artifacts } = this.#parts
    const checked = new Set<string>()
    for (;;) {
      for (const { digest } of rollbackTargets(store, place, wanted.version).values()) {
        await artifacts.verify(digest)
        checked.add(digest)
      }
      let isStale = false
      const made = this.#transactAll((tx) => {
        const targets = [...rollbackTargets(store, place, wanted.version)]
        // Checking took a while: what was live before may be another release by now.
        isStale = targets.some(([, { digest }]) => !checked.has(digest))
        if (isStale) return []
        return targets.map(([track, release]) => this.#request(tx, track, { release, reason: 'rollback', asked }))
      })
      if (!isStale) return made
    }
  }

  /** What is live in one environment goes to another: the same archive, nothing is built. */
  promote(place: Place & { readonly to: string }, asked: Asked): readonly Deployment[] {
    return this.#transactAll((tx) => {
      const { store } = tx.parts
      const { apps } = environmentIn(specNow(store, place.project), place.to)
      const all = tracksIn(store, place)
      const meant = place.app === undefined ? all.filter(({ app }) => apps.includes(app)) : all
      return (meant.length === 0 ? all : meant).map((from) => {
        const release = store.releases.get(liveOf(from).release.id) as StoredRelease
        return requestDeployment(tx, { release, environment: place.to, reason: 'promote', ...said(asked) })
      })
    })
  }

  /** Says yes to the plan with this hash, as it is now. Fault `approval.plan_moved` when it is another one by now. */
  approve(id: string, plan: string, asked: Asked): Deployment {
    return this.#transactOne((tx) => {
      const { store } = tx.parts
      const { by, comment = null } = asked
      const deployment = findDeployment(store, id)
      mustWait(deployment)
      mustBeCurrent(tx, deployment, plan)
      const { protection, policies } = contextOf(store, deployment).environment
      mayApprove(deployment, protection, by)
      store.deployments.approve(id, { plan, by, at: tx.at, comment })
      tx.fact({ kind: 'deployment.approval', project: deployment.project, subject: id, by, data: { plan, comment } })
      const queueLimitMs = policies.queueTimeout.afterMs
      if (isApproved(tx, deployment)) applyDeployment(tx, id, { type: 'approved', plan, queueLimitMs })
      return deployment
    })
  }

  reject(id: string, asked: Asked): Deployment {
    return this.#transact((tx) => {
      const { store } = tx.parts
      const deployment = findDeployment(store, id)
      mustWait(deployment)
      mayApprove(deployment, { ...contextOf(store, deployment).environment.protection, selfApproval: true }, asked.by)
      applyDeployment(tx, id, { type: 'rejected', by: asked.by, reason: asked.comment ?? 'no reason given' })
      return findDeployment(store, id)
    })
  }

  /** A rollout under way goes back to what served before; one that has not begun ends there. */
  cancelDeployment(id: string, { by }: Asked): Deployment {
    return this.#transact((tx) => {
      const { store } = tx.parts
      const deployment = findDeployment(store, id)
      const { state } = deployment
      if (state.kind === 'finished')
        throw new Fault('deployment.ended', { details: { deployment: id, state: state.outcome } })
      if (state.kind === 'reverting') {
        throw new Fault('deployment.not_cancellable', {
          details: { deployment: id, problem: 'it is going back already' },
        })
      }
      if (state.kind === 'rolling' && contextOf(store, deployment).environment.policies.cancel === 'never') {
        throw new Fault('deployment.not_cancellable', {
          details: { deployment: id, problem: 'the policy `cancel: never` lets it end' },
        })
      }
      applyDeployment(tx, id, { type: 'cancelled', by })
      return findDeployment(store, id)
    })
  }

  /** Changes how many instances of a process run; nothing else about what is live. */
  scale(place: Place, counts: Readonly<Record<string, number>>, asked: Asked): Deployment {
    const [deployment] = this.#transactAll((tx) => {
      const { store } = tx.parts
      const track = findTrack(store, place)
      const live = liveOf(track)
      const { app } = contextOf(store, { track: track.id, release: live.release })
      mustBeScalable(app, counts)
      const release = store.releases.get(live.release.id) as StoredRelease
      return [this.#request(tx, track, { release, reason: 'scale', scale: counts, asked })]
    })
    return deployment as Deployment
  }

  // ---- environments -------------------------------------------------------------------------------------------------

  lock(place: Omit<Place, 'app'>, lock: { reason: string; forMs: number | null }, { by }: Asked): Lock {
    return this.#transact((tx) => {
      const { project, environment } = place
      environmentIn(specNow(tx.parts.store, project), environment)
      const expiresAt = lock.forMs === null ? null : tx.at + lock.forMs
      const made = { environment, by, reason: lock.reason, at: tx.at, expiresAt }
      tx.parts.store.locks.set(project, made)
      tx.fact({
        kind: 'environment.locked',
        project,
        subject: `${project}/${environment}`,
        by,
        data: { reason: lock.reason, expiresAt },
      })
      return made
    })
  }

  /** False when it was not locked. */
  unlock(place: Omit<Place, 'app'>, { by }: Asked): boolean {
    return this.#transact((tx) => {
      const { store } = tx.parts
      const { project, environment } = place
      environmentIn(specNow(store, project), environment)
      if (!store.locks.remove(project, environment)) return false
      tx.fact({ kind: 'environment.unlocked', project, subject: `${project}/${environment}`, by, data: {} })
      for (const track of store.tracks.list(project)) {
        if (track.environment === environment) tx.followUp({ look: 'turn', track: track.id })
      }
      return true
    })
  }

  /** All changes under one new version, which is returned. Instances get them with the next deployment. */
  async setVariables(place: Omit<Place, 'app'>, changes: readonly VariableChange[], { by }: Asked): Promise<number> {
    const { project, environment } = place
    const { store, secrets } = this.#parts
    findProject(store, project)
    changes.forEach(mustBeSettable)
    for (;;) {
      // Sealing takes waiting and binds the value to its version; if somebody was faster, it is sealed anew.
      const version = store.variables.version(project, environment) + 1
      const sealed = await sealAll(secrets, place, { changes, version })
      const done = this.#transact((tx) => {
        if (store.variables.version(project, environment) + 1 !== version) return false
        store.variables.change({ project, environment }, sealed, { by, at: tx.at })
        const names = changes.map(({ name, value }) => ({ name, set: value !== null }))
        tx.fact({
          kind: 'variables.changed',
          project,
          subject: `${project}/${environment}`,
          by,
          data: { version, names },
        })
        for (const track of store.tracks.list(project)) {
          if (track.environment === environment) tx.followUp({ look: 'turn', track: track.id })
        }
        return true
      })
      if (done) return version
    }
  }

  /** Runs a command once, in the context of what is live. */
  startOneOff(place: Place, command: NamedCommand, { by }: Asked): OneOffRun {
    return this.#transact((tx) => {
      const { store } = tx.parts
      const track = findTrack(store, place)
      const live = liveOf(track)
      const oneOff = store.oneOffs.add({
        ...{
          project: track.project,
          track: track.id,
          release: live.release,
          by,
          createdAt: tx.at,
          limitMs: command.limitMs,
        },
        variables: store.variables.version(track.project, track.environment),
        command: command.words,
        ...{ finishedAt: null, state: 'waiting', outcome: null, reason: null, exitCode: null },
      })
      tx.command(
        { id: oneOff.id, project: track.project, lane: `one_off:${oneOff.id}` },
        { do: 'one_off', oneOff: oneOff.id },
      )
      tx.fact({
        kind: 'one_off.started',
        project: track.project,
        subject: oneOff.id,
        by,
        data: { track: track.id, command: command.told ?? command.words },
      })
      return oneOff
    })
  }

  // ---- runs ---------------------------------------------------------------------------------------------------------

  /** Fault `run.ended`, unless it ended that way. */
  cancelRun(id: string, { by }: Asked): Run {
    return this.#transact((tx) => {
      const { outcome } = findRun(tx.parts.store, id)
      if (outcome !== null && outcome !== 'aborted') throw new Fault('run.ended', { details: { run: id, outcome } })
      applyRun(tx, id, { type: 'cancelled', by })
      return findRun(tx.parts.store, id)
    })
  }

  /** Runs again what did not succeed: same commit, what succeeded is kept. */
  rerun(id: string, { by }: Asked): Run {
    return this.#transact((tx) => {
      const { store } = tx.parts
      const run = findRun(store, id)
      const problem = whyNotRerun(run)
      if (problem !== null) throw new Fault('run.not_rerunnable', { details: { run: id, problem } })
      const releases = store.releases.ofCommitAll(run.project, run.commit)
      const gone = releases.filter(({ discardedAt }) => discardedAt !== null).map(({ app }) => app)
      applyRun(tx, id, { type: 'rerun', by, gone })
      return findRun(store, id)
    })
  }

  #request(
    tx: Tx,
    track: Track,
    request: Pick<DeploymentRequest, 'release' | 'reason' | 'scale'> & { asked: Asked },
  ): Deployment {
    const { asked, ...what } = request
    return requestDeployment(tx, { ...what, environment: track.environment, ...said(asked) })
  }

  /** As they are when everything that follows has been settled, which may be further than when they were recorded. */
  #transactAll(work: (tx: Tx) => readonly Deployment[]): readonly Deployment[] {
    const made = this.#transact<readonly Deployment[]>(work)
    return made.map(({ id }) => findDeployment(this.#parts.store, id))
  }

  #transactOne(work: (tx: Tx) => Deployment): Deployment {
    return findDeployment(this.#parts.store, this.#transact<Deployment>(work).id)
  }

  #transact<T>(work: (tx: Tx) => T extends Promise<unknown> ? never : T): T {
    return transact(this.#parts, this.#after, work)
  }
}

function said({ by, comment }: Asked): { by: string; comment: string | null } {
  return { by, comment: comment ?? null }
}
