import { faultNames } from '../../kit/faults.ts'
import type { MakeInvariant } from '../view.ts'

/** When nothing goes wrong at all, everything that people do not stop works. */
export const calm: MakeInvariant = ({ simulation, broken }) => {
  const isCalm = faultNames.every((name) => simulation.faults[name] === 0)
  return {
    committed({ deployments, runs }) {
      if (!isCalm) return
      for (const { after } of deployments) {
        const { state, startedAt, id } = after
        if (state.kind !== 'finished' || startedAt === null || state.outcome === 'succeeded') continue
        // A newer one may take its place, where people have said that it may.
        const isMeant = state.reason?.startsWith('cancelled by') === true || state.supersededBy !== undefined
        if (!isMeant) broken('calm', `${id} ${state.outcome}: ${state.reason}`)
      }
      for (const { after } of runs)
        if (
          after.outcome !== null &&
          after.outcome !== 'succeeded' &&
          !after.reason?.startsWith('cancelled by') &&
          after.state === 'finished'
        )
          broken('calm', `${after.id} ${after.outcome}: ${after.reason}`)
    },
  }
}
