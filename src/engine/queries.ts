import { type Deployment, isActive } from '../domain/deployment.ts'
import { accessOf, type Door, type Maintenance } from '../domain/door.ts'
import { type Explanation, explain, type TrackEvidence } from '../domain/explain.ts'
import type { Lock } from '../domain/gates/gate.ts'
import type { GateReport } from '../domain/gates.ts'
import type { Plan } from '../domain/plan.ts'
import { type Live, type Track, trackId } from '../domain/track.ts'
import { hasAny, type VariableChanges } from '../domain/variables.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import type { Observation } from '../targets/driver.ts'
import { knownAddressOf } from './address.ts'
import { contextOf, environmentIn, trackOf } from './context.ts'
import { currentPlan } from './current-plan.ts'
import {
  findDeployment,
  findProject,
  findRelease,
  leftOver,
  liveOf,
  type NamedPlace,
  specNow,
  tracksIn,
  whyNoWayBack,
} from './find.ts'
import { commitOfRelease, type Flow, flow } from './flow.ts'
import { type FreezeStatus, freezeStatus } from './freezes.ts'
import { gateFacts } from './gate-facts.ts'
import { hidden, hidingReport } from './hiding.ts'
import { type Insights, type InsightsAsked, insights } from './insights.ts'
import { withLimit } from './limit.ts'
import { OneOffQueries } from './one-off-queries.ts'
import { type Outlook, outlookOn } from './outlook.ts'
import { type OverviewProject, overview } from './overview.ts'
import type { Parts } from './parts.ts'
import { mixedSentence } from './perform-versions.ts'
import { type QueuedStatus, queueStatus } from './queue-status.ts'
import { relationOf } from './relations.ts'
import { type ReleaseWay, releaseWays } from './release-ways.ts'
import { draftDeployment } from './request.ts'
import { type RollbackPlan, rollbackPlans } from './rollback-plans.ts'
import { isLookedFor } from './surveys.ts'
import { type Undeployed, undeployed } from './undeployed.ts'
import { UndeployedCounts } from './undeployed-counts.ts'
import { changesSinceLive } from './variables.ts'
import { type WayBack, waysBack } from './ways-back.ts'

/** One app in one environment, with the four facts that are kept apart: desired, attempted, running and serving. */
export interface TrackStatus {
  readonly track: string
  readonly app: string
  readonly environment: string
  readonly url: string | null
  /** What the last successful deployment left, and the reconciler keeps. */
  readonly desired: Live | null
  /** What people have changed since its instances were started; null when nothing. */
  readonly newerVariables: NewerVariables | null
  /** The deployment that moved last, however it ended or stands. */
  readonly attempted: Deployment | null
  /** What the target told, and when. */
  readonly running: Observation | null
  /** Why `running` is not of this moment, if it is not. */
  readonly stale: string | null
  /** Instances the edge sends visitors to. */
  readonly serving: readonly string[]
  /** Said until all instances run the same version. */
  readonly mixed: string | null
  /** What the last look found amiss. */
  readonly finding: string | null
  readonly lock: Lock | null
  readonly access: DoorAnswer['access']
  readonly maintenance: Maintenance | null
  readonly freeze: FreezeStatus | null
  readonly active: Deployment | null
  readonly queue: readonly QueuedStatus[]
  /** Why it cannot go back to another release, whoever asks; null: it can. */
  readonly noWayBack: string | null
  /** For people, with the hash they would say yes to. */
  readonly waiting: readonly { readonly deployment: Deployment; readonly plan: string }[]
}

export interface NewerVariables extends VariableChanges {
  readonly version: number
}

/** Who comes into an environment, as its configuration and people have it now. */
export interface DoorAnswer extends Omit<Door, 'version'> {
  readonly access: 'public' | 'basic_auth'
}

export interface PlanAnswer {
  readonly deployment: string | null
  readonly plan: Plan
  readonly hash: string
  readonly gates: readonly GateReport[]
}

export interface WholePlan extends PlanAnswer {
  readonly outlook: Outlook
}

const lookMs = 2_000

/** No longer than a person would wait for a plan. */
const surveyMs = 15_000
const surveyPauseMs = 50

/** What can be read. Nothing here changes anything. */
export class Queries {
  readonly oneOffs: OneOffQueries
  readonly #parts: Parts
  readonly #counts: UndeployedCounts

  constructor(parts: Parts) {
    this.#parts = parts
    this.#counts = new UndeployedCounts(parts)
    this.oneOffs = new OneOffQueries(parts.store)
  }

  async status(project: string, environment: string | null): Promise<readonly TrackStatus[]> {
    const spec = specNow(this.#parts.store, project)
    const { edgePort } = this.#parts.settings
    const places = spec.environments.flatMap((each) =>
      each.apps.map((app) => ({
        ...{ app, environment: each.name, isLeft: false },
        url: knownAddressOf(each, app, edgePort),
      })),
    )
    const left = leftOver(this.#parts.store, project).map((track) => ({ ...track, url: null, isLeft: true }))
    const wanted = [...places, ...left].filter((place) => environment === null || place.environment === environment)
    return await Promise.all(wanted.map((place) => this.#trackStatus(project, place)))
  }

  /** These projects, or with null all, as the store has them: no target is asked. What people should look at stands first. */
  overview(projects: readonly string[] | null): Promise<readonly OverviewProject[]> {
    return overview(this.#parts, this.#counts, projects)
  }

  /** How often, how soon and how well changes come to where they are used. */
  insights(asked: InsightsAsked): Promise<Insights> {
    return insights(this.#parts, asked)
  }

  /** Fault `environment.unknown`. */
  door({ project, environment }: Pick<NamedPlace, 'project' | 'environment'>): DoorAnswer {
    const { store, settings } = this.#parts
    const { policies } = environmentIn(specNow(store, project), environment)
    return { ...store.doors.get(project, environment), access: accessOf(policies, settings) }
  }

  /** Has git say how the release that is meant stands to what is live, and keeps the answer: it never changes. */
  async #compare(place: NamedPlace, version: string | null): Promise<void> {
    const { store, source } = this.#parts
    for (const track of tracksIn(store, place)) {
      const { project, live } = track
      if (live === null) continue
      const pair = { project, commit: findRelease(store, track, version).commit, other: live.release.commit }
      if (store.relations.get(pair) !== null) continue
      const relation = await relationOf(source, pair)
      store.db.transaction(() => store.relations.set(pair, relation))
    }
  }

  /** What a deployment would do now: of one that waits, or of a release that might be sent. */
  async plan(place: NamedPlace, version: string | null): Promise<readonly WholePlan[]> {
    const { store } = this.#parts
    await this.#compare(place, version)
    const wanted = tracksIn(store, place).map((track) => {
      const release = findRelease(store, track, version)
      const waiting = store.deployments
        .open(track.id)
        .find((each) => each.state.kind === 'waiting' && each.release.id === release.id)
      return waiting ?? draftDeployment({ track, release, at: this.#parts.time.now() })
    })
    return await Promise.all(wanted.map((deployment) => this.#wholePlan(deployment)))
  }

  /** With what stands beside it. While it is looked for pending migrations, which the plan is to show, that is waited for. */
  async wholePlanOf(id: string, mostMs = surveyMs): Promise<WholePlan> {
    const { store, clock } = this.#parts
    const overAt = clock.monotonic() + mostMs
    while (isLookedFor(store, findDeployment(store, id)) && clock.monotonic() < overAt) await clock.sleep(surveyPauseMs)
    return await this.#wholePlan(findDeployment(store, id))
  }

  /** Releases that were live here, and whether one can go back to them. */
  async waysBack(place: NamedPlace): Promise<readonly WayBack[]> {
    return await waysBack(this.#parts.store, this.#parts.artifacts, place)
  }

  /** Whether one can go back to a release, environment by environment. */
  async releaseWays(release: StoredRelease): Promise<readonly ReleaseWay[]> {
    return await releaseWays(this.#parts.store, this.#parts.artifacts, release)
  }

  async rollbackPlans(place: NamedPlace, version: string | null): Promise<readonly RollbackPlan[]> {
    return await rollbackPlans(this.#parts, { place, version }, (draft) => this.#wholePlan(draft))
  }

  planOf(id: string): PlanAnswer {
    return this.#planOf(findDeployment(this.#parts.store, id))
  }

  /** What a yes to it is said to now. */
  hashOf(deployment: Deployment): string {
    const { store } = this.#parts
    return currentPlan(store, deployment, contextOf(store, deployment)).hash
  }

  /** Where visitors reach what it deploys, as far as it is known. */
  urlOf(deployment: Deployment): string | null {
    const { store, settings } = this.#parts
    const { environment, app } = contextOf(store, deployment)
    return knownAddressOf(environment, app.name, settings.edgePort)
  }

  /** Why a commit is, or is not, live in each environment. */
  async explain(project: string, sha: string): Promise<Explanation> {
    const { store, source } = this.#parts
    findProject(store, project)
    const commit = await source.commit(project, sha)
    const runs = store.runs.everyOf(project, commit.sha)
    const releases = store.releases.ofCommitAll(project, commit.sha)
    // What started no run has no configuration of its own that counts.
    const spec = store.runs.spec(project, commit.sha) ?? store.runs.newestSpec(project)
    const tracks = (spec?.environments ?? []).flatMap((environment) =>
      environment.apps.map((app) => ({ id: trackId(project, app, environment.name), environment })),
    )
    return explain({
      commit: commit.sha,
      title: commit.title,
      events: store.events.ofCommit(project, commit.sha),
      runs,
      releases,
      tracks: await Promise.all(
        tracks.map(async (track) => ({ ...track, ...(await this.#evidence(project, track.id, commit.sha)) })),
      ),
    })
  }

  /** How far a commit has come over all environments. */
  flow(project: string, commit: string): Flow {
    return flow(this.#parts, project, commit)
  }

  commitOfRelease(project: string, name: string): string | null {
    return commitOfRelease(this.#parts, project, name)
  }

  /** What the branch has and the environment does not. */
  undeployed(place: NamedPlace): Promise<readonly Undeployed[]> {
    return undeployed(this.#parts, place)
  }

  /** Lines of what runs in an environment; the target tells them itself. */
  async logs(
    query: NamedPlace & { readonly process: string | null; readonly lines: number; readonly follow: boolean },
    report: (instance: string, line: { stream: 'out' | 'err'; text: string }) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { store } = this.#parts
    const { process, lines, follow } = query
    await Promise.all(
      tracksIn(store, query).map(async (track) => {
        const { environment } = contextOf(store, { track: track.id, release: liveOf(track).release })
        const driver = this.#parts.driver(environment.target)
        const hiding = hidingReport(this.#parts, track, report)
        const over = AbortSignal.any([signal, hiding.failed])
        await driver.logs({ track: track.id, process, lines, follow }, hiding.report, over)
        await hiding.told()
      }),
    )
  }

  /** The words of a command as they may be told. */
  async toldWords(track: Pick<Track, 'id' | 'project' | 'environment'>, words: readonly string[]) {
    return await hidden(this.#parts, track, words)
  }

  async #evidence(project: string, track: string, commit: string): Promise<Omit<TrackEvidence, 'id' | 'environment'>> {
    const { store, time } = this.#parts
    const release = this.#releaseOn(track, commit)
    const deployments = release === null ? [] : store.deployments.ofRelease(release, track)
    const waiting = deployments.findLast(({ state }) => state.kind === 'waiting' || state.kind === 'queued')
    const open = waiting ?? (release === null ? null : this.#asIfAsked(track, release))
    const gates = open === null ? [] : this.#parts.rules.askGates(gateFacts(this.#parts, open, time.now()))
    const live = store.tracks.get(track)?.live ?? null
    const isWithin = live !== null && (await this.#isWithin(project, commit, live.release.commit))
    return { live, isWithin, deployments, gates }
  }

  /** A commit whose history is not there any more has nothing within it. */
  async #isWithin(project: string, commit: string, live: string): Promise<boolean> {
    try {
      return await this.#parts.source.isAncestor(project, commit, live)
    } catch (error) {
      if (error instanceof Fault && error.code === 'commit.missing') return false
      throw error
    }
  }

  /** Of an environment that its own configuration has; what has no gates can tell nothing. */
  #asIfAsked(track: string, release: string): Deployment | null {
    const { store, time } = this.#parts
    const stored = store.releases.get(release)
    return stored === null ? null : draftDeployment({ track: { id: track }, release: stored, at: time.now() })
  }

  #releaseOn(track: string, commit: string): string | null {
    const [project = '', app = ''] = track.split('/')
    return this.#parts.store.releases.ofCommit(project, app, commit)?.id ?? null
  }

  async #trackStatus(
    project: string,
    { app, environment, url, isLeft }: { app: string; environment: string; url: string | null; isLeft: boolean },
  ): Promise<TrackStatus> {
    const { store } = this.#parts
    const id = trackId(project, app, environment)
    const live = store.tracks.get(id)?.live ?? null
    const open = store.deployments.open(id)
    const { observation, stale } = await this.#observe(id, open.find(isActive) ?? null, live)
    return {
      ...{ app, environment, url },
      track: id,
      desired: live,
      newerVariables: newerVariables(store, trackOf(store, id)),
      attempted: store.deployments.lastMoved(id),
      running: observation,
      stale,
      serving: observation?.routed ?? [],
      mixed: mixedSentence(observation?.instances ?? []),
      finding: isLeft ? leftSentence(live, open) : store.tracks.finding(id),
      lock: store.locks.get(project, environment),
      access: isLeft ? 'public' : this.door({ project, environment }).access,
      maintenance: store.doors.get(project, environment).maintenance,
      freeze: freezeStatus(store, { project, environment, at: this.#parts.time.now() }),
      active: open.find(isActive) ?? null,
      queue: queueStatus(this.#parts, open),
      noWayBack: isLeft ? leftSentence(live, open) : whyNoWayBack(store, trackOf(store, id)),
      waiting: open
        .filter(({ state }) => state.kind === 'waiting')
        .map((deployment) => ({ deployment, plan: this.hashOf(deployment) })),
    }
  }

  /** Asks the target now; when it does not answer in time, what it said last, and that this is so. */
  async #observe(track: string, active: Deployment | null, live: Live | null) {
    const { store, clock } = this.#parts
    const release = active?.release ?? live?.release
    if (release === undefined) return { observation: null, stale: null }
    try {
      const driver = this.#parts.driver(contextOf(store, { track, release }).environment.target)
      const limited = { clock, limitMs: lookMs, what: driver.name, signal: new AbortController().signal }
      return { observation: await withLimit(limited, (signal) => driver.observe(track, signal)), stale: null }
    } catch (error) {
      const stored = store.tracks.observed(track) as Observation | null
      return { observation: stored, stale: messageOf(error) }
    }
  }

  /** The plan last: git takes a while, and what is shown is to be what can be approved. */
  async #wholePlan(deployment: Deployment): Promise<WholePlan> {
    const outlook = await outlookOn(this.#parts, deployment)
    return { ...this.#planOf(deployment), outlook }
  }

  #planOf(deployment: Deployment): PlanAnswer {
    const { store, rules, time } = this.#parts
    const context = contextOf(store, deployment)
    const { plan, hash } = currentPlan(store, deployment, context)
    const gates = rules.askGates(gateFacts(this.#parts, deployment, time.now()))
    return { deployment: deployment.id === '' ? null : deployment.id, plan, hash, gates }
  }
}

function newerVariables(store: Store, track: Track): NewerVariables | null {
  const changes = changesSinceLive(store, track)
  if (changes === null || !hasAny(changes)) return null
  return { version: store.variables.version(track.project, track.environment), ...changes }
}

function leftSentence(live: Live | null, open: readonly Deployment[]): string {
  const gone = 'signalbox.yml does not have it any more'
  const counts = [...new Set(live?.instances.map(({ process }) => `${process}=0`))].join(' ')
  if (counts !== '') return `${gone}, and it goes on; \`signalbox scale\` with ${counts} ends it`
  return `${gone}; ${open.map(({ id }) => `\`signalbox cancel ${id}\``).join(', ')} ends what was asked for`
}
