import type { MakeInvariant } from '../view.ts'

/** C23: a rollback is never itself rolled back, unless a person says so. */
export const rollback: MakeInvariant = ({ records, broken }) => ({
  committed({ deployments }) {
    for (const { after } of deployments) {
      const { state, reason, id } = after
      if (reason !== 'rollback' || state.kind !== 'finished' || !state.rolledBack) continue
      const isCancelled = state.outcome === 'aborted' && state.supersededBy === undefined
      // To the very release that was live: there is nothing to go back to, whichever way it ends.
      const isSame = records.lives.get(after.track)?.release.id === after.release.id
      if (!isCancelled && !isSame) broken('C23', `${id} was a rollback, and was rolled back: ${state.reason}`)
    }
  },
})
