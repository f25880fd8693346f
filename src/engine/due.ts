import type { Deployment } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import type { Track } from '../domain/track.ts'
import { applyDeployment, applyRun, trackLane } from './apply.ts'
import { endWaiver } from './contract.ts'
import { applyOneOff } from './one-offs.ts'
import type { Parts } from './parts.ts'
import { runSchedule } from './schedules.ts'
import { tick } from './timers.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

/** Does what time alone has made due: deployments past their limit, locks past their end, targets not looked at for long. */
export function doDue(parts: Parts, after: AfterCommit): void {
  const { store, time } = parts
  const now = time.now()
  for (const id of store.deployments.overdue(now)) {
    transact(parts, after, (tx) => applyDeployment(tx, id, { type: 'deadline' }))
  }
  for (const { project, lock } of store.locks.expired(now)) {
    transact(parts, after, (tx) => {
      store.locks.remove(project, lock.environment)
      const data = { environment: lock.environment, reason: lock.reason, because: 'it expired' }
      tx.fact({ kind: 'environment.unlocked', project, subject: `${project}/${lock.environment}`, by: self, data })
      for (const { id, environment } of store.tracks.list(project)) {
        if (environment === lock.environment) tx.followUp({ look: 'turn', track: id })
      }
    })
  }
  for (const track of store.turns.due(now)) {
    transact(parts, after, (tx) => {
      store.turns.remove(track)
      tx.followUp({ look: 'turn', track })
    })
  }
  for (const look of store.looks.due(now)) {
    transact(parts, after, (tx) => {
      store.looks.remove(look)
      tx.followUp({ look: 'promote', ...look })
    })
  }
  for (const timer of store.timers.due(now)) transact(parts, after, (tx) => tick(tx, timer))
  for (const id of store.runs.overdue(now)) {
    transact(parts, after, (tx) => applyRun(tx, id, { type: 'deadline' }))
  }
  for (const id of store.oneOffs.overdue(now)) {
    transact(parts, after, (tx) => applyOneOff(tx, id, { type: 'deadline' }))
  }
  for (const { track, name } of store.schedules.due(now)) {
    transact(parts, after, (tx) => runSchedule(tx, track, name))
  }
  for (const waiver of store.waivers.expired(now)) transact(parts, after, (tx) => endWaiver(tx, waiver))
  lookAtTargets(parts, after, now)
}

/** So many at a time: what is left is due still, and others get their turn before. */
const looksAtOnce = 10

/** In one transaction, as each by itself would wait for the disk. */
function lookAtTargets(parts: Parts, after: AfterCommit, now: number): void {
  const { store, settings } = parts
  const tracks = store.tracks.unchecked(now - settings.reconcileEveryMs, looksAtOnce)
  if (tracks.length > 0)
    transact(parts, after, (tx) => {
      for (const track of tracks) lookAtTarget(tx, track)
    })
}

/** A look goes into the track's lane, so it never happens beside a deployment; one that is there already is enough. */
function lookAtTarget(tx: Tx, track: Track): void {
  const { store } = tx.parts
  store.tracks.setChecked(track.id, tx.at, store.tracks.finding(track.id))
  const lane = trackLane(track.id)
  const isMoving = ({ state }: Deployment) => state.kind === 'rolling' || state.kind === 'reverting'
  if (store.outbox.ofLane(lane).length > 0 || store.deployments.open(track.id).some(isMoving)) return
  tx.command({ id: track.id, project: track.project, lane }, { do: 'converge', track: track.id })
}
