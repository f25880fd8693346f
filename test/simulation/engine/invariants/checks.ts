import { requiredChecks } from '../required.ts'
import type { MakeInvariant } from '../view.ts'

/** Nothing new begins where a check is required that did not pass for its commit, or has not ended. */
export const checks: MakeInvariant = (view) => ({
  committed({ deployments }) {
    for (const { before, after } of deployments) {
      if (after.state.kind !== 'rolling' || before?.state.kind === 'rolling') continue
      for (const { name, jobs } of requiredChecks(view, after)) {
        const isPassed = jobs.length > 0 && jobs.every(({ outcome }) => outcome === 'succeeded')
        if (!isPassed) view.broken('checks', `${after.id} begins on ${after.track}, and ${name} did not pass`)
      }
    }
  },
})
