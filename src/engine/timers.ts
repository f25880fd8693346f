import { nextTime } from '../domain/cron.ts'
import { self } from '../domain/facts.ts'
import { isSameTimer, tickOf, timerName, timersOf } from '../domain/timer.ts'
import { trackId } from '../domain/track.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import type { StoredTimer } from '../store/timers.ts'
import { specNow } from './find.ts'
import { requestDeployment } from './request.ts'
import type { Tx } from './tx.ts'

/** The stored timers become those of the configuration that counts. One that stays keeps its next tick, also a missed one. */
export function keepTimers(tx: Tx, project: string): void {
  const { runs, timers } = tx.parts.store
  const spec = runs.newestSpec(project)
  const wanted = spec === null ? [] : timersOf(spec)
  const stored = timers.list(project)
  for (const timer of stored.filter((each) => !wanted.some((other) => isSameTimer(each, other)))) timers.remove(timer)
  for (const timer of wanted.filter((each) => !stored.some((other) => isSameTimer(each, other)))) {
    const dueAt = nextTime(timer, tx.at)
    if (dueAt !== null) timers.set({ ...timer, project, dueAt })
  }
}

/** Exactly once: what a tick sets off is stored with the time of the next one. */
export function tick(tx: Tx, timer: StoredTimer): void {
  const { timers } = tx.parts.store
  const { at, missed, next } = tickOf(timer, timer.dueAt, tx.at)
  if (next === null) timers.remove(timer)
  else timers.set({ ...timer, dueAt: next })
  const { project, environment, branch, cron, timezone } = timer
  const done = environment === null ? startRun(tx, timer) : sendAll(tx, timer, environment)
  const subject = environment === null ? project : `${project}/${environment}`
  const data = { cron, timezone, branch, environment, due: at, missed, done }
  tx.fact({ kind: 'timer.ticked', project, subject, by: self, data })
}

function startRun(tx: Tx, timer: StoredTimer): string {
  const { project, branch } = timer
  const task = { kind: 'timed_run', branch: branch ?? '', because: timerName(timer) } as const
  tx.command({ id: project, project, lane: `source:${project}` }, { do: 'source', project, task })
  return `a run of ${branch} was asked for`
}

function sendAll(tx: Tx, timer: StoredTimer, environment: string): readonly string[] {
  const spec = specNow(tx.parts.store, timer.project)
  const apps = spec.environments.find(({ name }) => name === environment)?.apps ?? []
  return apps.map((app) => send(tx, timer, { app, environment }))
}

/** What happened, in words. */
function send(tx: Tx, timer: StoredTimer, { app, environment }: { app: string; environment: string }): string {
  const { store } = tx.parts
  const { project } = timer
  const track = trackId(project, app, environment)
  const release = newestEligible(store, { project, app, environment })
  if (release === null) return `${app}: there is no release that may come here`
  const version = `${app} ${release.version}`
  if (store.tracks.get(track)?.live?.release.id === release.id) return `${version} is live already`
  const before = store.deployments.ofRelease(release.id, track)
  const open = before.find(({ state }) => state.kind !== 'finished')
  if (open !== undefined) return `${version} is on its way: ${open.id}`
  // Somebody took it away again; the clock does not know better.
  const was = before.findLast(({ state }) => state.kind === 'finished' && state.outcome === 'succeeded')
  if (was !== undefined) return `${version} has been here (${was.id}), and another release took its place since`
  const asked = { release, environment, reason: 'promote', by: self, comment: timerName(timer) } as const
  return `${version}: ${requestDeployment(tx, asked).id}`
}

/** Releases looked through, from the newest on. */
const lookedThrough = 200

/** Of the newest push whose run succeeded, and that has succeeded wherever it must have been before. */
function newestEligible(store: Store, place: { project: string; app: string; environment: string }) {
  const { project, app, environment } = place
  const releases = store.releases.byPush(project, app, { ref: store.runs.deployedRef(project), limit: lookedThrough })
  return releases.find((release) => isEligible(store, release, environment)) ?? null
}

function isEligible(store: Store, release: StoredRelease, environment: string): boolean {
  const { project, commit } = release
  const there = store.runs.spec(project, commit)?.environments.find(({ name }) => name === environment)
  if (there === undefined || !there.apps.includes(release.app)) return false
  if (!store.runs.ofCommit(project, commit).some(({ outcome }) => outcome === 'succeeded')) return false
  const succeededIn = store.deployments.succeededIn(release.id)
  return there.needs.every((name) => succeededIn.includes(name))
}
