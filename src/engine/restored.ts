import { nextTime } from '../domain/cron.ts'
import { self } from '../domain/facts.ts'
import { Fault } from '../lib/fault.ts'
import { settle, unsettled } from '../store/restored.ts'
import type { Parts } from './parts.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

const by = 'the restore of a backup'
const reason = 'the server was restored from a backup; what became of it since is not recorded'

/**
 * The first start after a restore. What was under way when the backup was taken has been done since, or not: nobody knows, and
 * doing it again could be the second time. So all of it ends, nothing is caught up with, and what runs is looked at before anything
 * moves. True when there was something to settle.
 */
export async function settleRestored(parts: Parts, after: AfterCommit): Promise<boolean> {
  const { store } = parts
  const restored = unsettled(store.meta)
  if (restored === null) return false
  const refs = await refsNow(parts)
  transact(parts, after, (tx) => {
    for (const [project, now] of refs) acceptAsTheyAre(tx, project, now)
    endRuns(tx)
    for (const { id } of store.tracks.list(null)) endTrackWork(tx, id)
    store.outbox.clear()
    store.looks.clear()
    stopNotices(tx)
    passOverTimes(tx)
    store.tracks.doubtAll()
    settle(store.meta, restored)
  })
  return true
}

function endRuns({ parts: { store, rules }, at, ...tx }: Tx): void {
  for (const before of store.runs.unfinished()) {
    const { run, facts } = rules.decideRun(before, { type: 'cancelled', by }, at)
    store.runs.save(run)
    for (const fact of facts) tx.fact(fact)
  }
}

/** Nothing follows from it: what would come next has come, or is for people to ask for. */
function endTrackWork(tx: Tx, track: string): void {
  const { store } = tx.parts
  for (const { id } of store.deployments.open(track)) endDeployment(tx, id)
  for (const oneOff of store.oneOffs.unfinished(track)) {
    store.oneOffs.save({ ...oneOff, state: 'finished', outcome: 'aborted', reason, finishedAt: tx.at, expiresAt: null })
    const data = { outcome: 'aborted', reason }
    tx.fact({ kind: 'one_off.finished', project: oneOff.project, subject: oneOff.id, by: self, data })
  }
  for (const survey of store.surveys.waiting(track)) {
    const found = { pending: null, problem: reason }
    store.surveys.save({ ...survey, found, state: 'finished', finishedAt: tx.at })
  }
}

function endDeployment(tx: Tx, id: string): void {
  const { store, rules } = tx.parts
  // What only counts ends as it would have; each event takes it one step further.
  for (let now = store.deployments.get(id); now !== null && now.state.kind !== 'finished'; ) {
    const isAsked = now.state.kind === 'waiting' || now.state.kind === 'queued'
    const event = isAsked
      ? ({ type: 'refused', outcome: 'aborted', reason } as const)
      : ({ type: 'quarantined', reason } as const)
    const { deployment, facts } = rules.decideDeployment(now, event, tx.at)
    if (deployment === now) return
    store.deployments.save(deployment)
    for (const fact of facts) tx.fact(fact)
    if (deployment.state.kind === 'finished') store.endings.add(deployment)
    now = deployment
  }
}

/** Most of them have arrived since. */
function stopNotices({ parts: { store } }: Tx): void {
  const waiting = store.deliveries.due(Number.MAX_SAFE_INTEGER, 1_000_000)
  for (const delivery of [...waiting, ...store.deliveries.sending()])
    store.deliveries.save({ ...delivery, state: 'failed', problem: reason })
}

function passOverTimes({ parts: { store }, at }: Tx): void {
  for (const timer of store.timers.due(at)) {
    const dueAt = nextTime(timer, at)
    if (dueAt === null) store.timers.remove(timer)
    else store.timers.set({ ...timer, dueAt })
  }
  for (const schedule of store.schedules.due(at)) {
    const dueAt = nextTime(schedule, at)
    if (dueAt === null) store.schedules.remove(schedule.track, schedule.name)
    else store.schedules.save({ ...schedule, dueAt })
  }
}

type Refs = ReadonlyMap<string, ReadonlyMap<string, string>>

/** By project. One whose repository cannot be read has nothing to pass over. */
async function refsNow({ store, source, log }: Parts): Promise<Refs> {
  const found = new Map<string, ReadonlyMap<string, string>>()
  for (const { name } of store.projects.list()) {
    try {
      found.set(name, await source.refs(name))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.error('the repository could not be read after the restore', { project: name, error })
    }
  }
  return found
}

/** Branches as the repositories have them are as good as accepted: what came between the two halves of a backup was run then. */
function acceptAsTheyAre(tx: Tx, project: string, now: ReadonlyMap<string, string>): void {
  const { projects } = tx.parts.store
  const known = projects.refs(project)
  for (const ref of new Set([...known.keys(), ...now.keys()])) {
    const [before, after] = [known.get(ref) ?? null, now.get(ref) ?? null]
    if (before === after) continue
    projects.setRef(project, ref, after)
    tx.fact({ kind: 'ref.passed_over', project, subject: ref, by: self, data: { before, after, reason } })
  }
}
