import type { MakeInvariant } from '../view.ts'

/** I-10: nothing begins in an environment while a person's stop sign stands there. */
export const locks: MakeInvariant = ({ records, broken }) => ({
  committed({ deployments }) {
    for (const { before, after } of deployments) {
      const { state, track, startedAt, id } = after
      if (state.kind !== 'rolling' || before?.state.kind === 'rolling') continue
      const [project = '', , environment = ''] = track.split('/')
      const lock = records.locks.get(`${project}/${environment}`)
      if (lock !== undefined && (lock.expiresAt ?? Number.POSITIVE_INFINITY) > (startedAt ?? 0))
        broken('I-10', `${id} begins on ${track}, which ${lock.by} has locked`)
    }
  },
})
