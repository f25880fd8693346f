import type { MakeInvariant } from '../view.ts'

/** C23: a rollback is never itself rolled back, unless a person says so. */
export const rollback: MakeInvariant = ({ broken }) => ({
  committed({ deployments }) {
    for (const { after } of deployments) {
      const { state, reason, id } = after
      if (reason !== 'rollback' || state.kind !== 'finished' || !state.rolledBack) continue
      const isCancelled = state.outcome === 'aborted' && state.supersededBy === undefined
      if (!isCancelled) broken('C23', `${id} was a rollback, and was rolled back: ${state.reason}`)
    }
  },
})
