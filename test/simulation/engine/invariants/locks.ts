import type { MakeInvariant } from '../view.ts'
import { placeOf, standsAside } from '../waiting.ts'

/** I-10: nothing begins in an environment while a person's stop sign stands there, nor what stands aside for people (C30, C33). */
export const locks: MakeInvariant = (view) => ({
  committed({ deployments }) {
    const { records, broken } = view
    for (const { before, after } of deployments) {
      const { state, track, startedAt, id } = after
      if (state.kind !== 'rolling' || before?.state.kind === 'rolling') continue
      const lock = records.locks.get(placeOf(track))
      if (lock !== undefined && (lock.expiresAt ?? Number.POSITIVE_INFINITY) > (startedAt ?? 0))
        broken('I-10', `${id} begins on ${track}, which ${lock.by} has locked`)
      const lacking = standsAside(view, after)
      if (lacking !== null) broken('aside', `${id} begins on ${track}, although ${lacking}`)
    }
  },
})
