import type { Run } from '../../domain/run.ts'
import { Fault } from '../../lib/fault.ts'
import { applyRun } from '../apply.ts'
import { findRun } from '../find.ts'
import { whyNotRerun } from '../refusals.ts'
import type { Asked, Work } from './work.ts'

export function runActions(work: Work) {
  return {
    /** Fault `run.ended`, unless it ended that way. */
    cancelRun(id: string, { by }: Asked): Run {
      return work.transact((tx) => {
        const { outcome } = findRun(tx.parts.store, id)
        if (outcome !== null && outcome !== 'aborted') throw new Fault('run.ended', { details: { run: id, outcome } })
        applyRun(tx, id, { type: 'cancelled', by })
        return findRun(tx.parts.store, id)
      })
    },

    /**
     * Says that this very commit of a proposal may be run. Faults `approval.not_waiting`, `approval.commit_moved`,
     * `approval.not_allowed`.
     */
    approveRun(id: string, commit: string, { by, comment = null }: Asked): Run {
      return work.transact((tx) => {
        const run = findRun(tx.parts.store, id)
        mustBeHeld(run)
        if (run.commit !== commit)
          throw new Fault('approval.commit_moved', { details: { run: id, commit: run.commit } })
        if (by === run.by)
          throw new Fault('approval.not_allowed', {
            details: { by, deployment: id, problem: 'whoever proposes a change does not approve it' },
          })
        tx.fact({ kind: 'run.approval', project: run.project, subject: id, by, data: { commit, comment } })
        applyRun(tx, id, { type: 'approved' })
        return findRun(tx.parts.store, id)
      })
    },

    rejectRun(id: string, { by, comment }: Asked): Run {
      return work.transact((tx) => {
        mustBeHeld(findRun(tx.parts.store, id))
        applyRun(tx, id, { type: 'rejected', by, reason: comment ?? 'no reason given' })
        return findRun(tx.parts.store, id)
      })
    },

    /** Runs again what did not succeed: same commit, what succeeded is kept. */
    rerun(id: string, { by }: Asked): Run {
      return work.transact((tx) => {
        const { store } = tx.parts
        const run = findRun(store, id)
        const problem = whyNotRerun(run, tx.at)
        if (problem !== null) throw new Fault('run.not_rerunnable', { details: { run: id, problem } })
        const releases = store.releases.ofCommitAll(run.project, run.commit)
        const gone = releases.filter(({ discardedAt }) => discardedAt !== null).map(({ app }) => app)
        applyRun(tx, id, { type: 'rerun', by, gone })
        return findRun(store, id)
      })
    },
  }
}

function mustBeHeld({ id, state }: Run): void {
  if (state !== 'waiting') throw new Fault('approval.not_waiting', { details: { deployment: id, state } })
}
