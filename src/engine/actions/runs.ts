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
