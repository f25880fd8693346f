import type { Command } from '../domain/command.ts'
import { self } from '../domain/facts.ts'
import { messageOf } from '../lib/fault.ts'
import { isOfStore } from '../store/database.ts'
import type { OutboxRow } from '../store/outbox.ts'
import { applyDeployment, applyRun } from './apply.ts'
import { applyOneOff } from './one-offs.ts'
import type { Parts } from './parts.ts'
import { erroredOneOff, gaveUp } from './perform.ts'
import { lookAtQueues } from './queues.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

/** A record under which the server has died this often gets a person instead of another try. */
const maxCrashes = 3

/**
 * Starting is restoring: what a server before this one had claimed is free again, jobs that died with it are tried once
 * more, and a record whose recovery itself keeps killing the server is put aside. Nothing is marked as cancelled.
 */
export function restore(parts: Parts, epoch: number, after: AfterCommit): void {
  const { store, log } = parts
  const abandoned = store.outbox.abandoned(epoch)
  for (const row of abandoned) {
    log.info('taking up what another server left', { lane: row.lane, kind: row.kind, crashes: row.crashes + 1 })
    try {
      transact(parts, after, (tx) => takeUp(tx, row))
    } catch (error) {
      if (isOfStore(error)) throw error
      // One record that cannot be read must not keep everything else from starting.
      log.error('record could not be taken up, putting it aside', { lane: row.lane, error })
      transact(parts, after, (tx) => putAside(tx, row, messageOf(error)))
    }
  }
  store.tracks.forgetChecks()
  transact(parts, after, (tx) => {
    lookAtQueues(tx)
    for (const { name } of store.projects.list()) tx.followUp({ look: 'timers', project: name })
  })
}

function takeUp(tx: Tx, row: OutboxRow<Command>): void {
  const { command } = row
  if (row.crashes + 1 >= maxCrashes) {
    putAside(tx, row, `the server died ${maxCrashes} times while it worked on this`)
    return
  }
  tx.parts.store.outbox.reclaim(row.id)
  if (command.do !== 'job') return
  applyRun(tx, command.run, { type: 'job_lost', job: command.job, attempt: command.attempt, counts: true })
}

/** Ends what cannot be recovered as errored, with the words "needs a person". */
function putAside(tx: Tx, row: OutboxRow<Command>, reason: string): void {
  const { command } = row
  tx.parts.store.outbox.remove(row.id)
  tx.fact({
    kind: 'record.quarantined',
    project: row.project,
    subject: row.subject,
    by: self,
    data: { lane: row.lane, reason },
  })
  switch (command.do) {
    case 'step':
      applyDeployment(tx, command.deployment, { type: 'quarantined', reason })
      break
    case 'job':
      applyRun(tx, command.run, { type: 'quarantined', job: command.job, reason })
      break
    case 'one_off':
      applyOneOff(tx, command.oneOff, { type: 'ended', ending: erroredOneOff(`needs a person: ${reason}`) })
      break
    case 'converge':
      tx.parts.store.tracks.setChecked(command.track, tx.at, `needs a person: ${reason}`)
      break
    default:
      gaveUp(tx, row.project, command, `needs a person: ${reason}`)
  }
}
