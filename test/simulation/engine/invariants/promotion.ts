import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { MakeInvariant } from '../view.ts'

/**
 * I-11, I-15: a release comes to an environment only after it succeeded in those before it; going back goes only to
 * what has succeeded there, and another run of what is live is of what is live.
 */
export const promotion: MakeInvariant = ({ records, git, broken }) => {
  /** Release → tracks on which it succeeded. */
  const succeeded = new Map<string, Set<string>>()
  const problemOf = ({ track, release, reason }: Deployment): string | null => {
    const [project = '', app = '', name = ''] = track.split('/')
    const done = succeeded.get(release.id) ?? new Set<string>()
    if (reason !== 'promote' && reason !== 'migrate')
      return done.has(track) ? null : `a ${reason} to what never succeeded there`
    const environment = git.spec(release.commit)?.environments.find((each) => each.name === name)
    const missing = environment?.needs.find((need) => !done.has(`${project}/${app}/${need}`))
    return missing === undefined ? null : `it has not succeeded in ${missing}`
  }
  return {
    committed({ deployments }) {
      for (const { before, after } of deployments) {
        const { state, release, track, id, reason } = after
        if (state.kind === 'rolling' && before?.state.kind !== 'rolling') {
          const problem = problemOf(after)
          if (problem !== null)
            broken(reason === 'promote' ? 'I-15' : 'I-11', `${id} (${reason}) begins on ${track}: ${problem}`)
          const live = records.lives.get(track)?.release.id
          const stays = ['scale', 'redeploy', 'variables'].includes(reason)
          if (stays && live !== release.id)
            broken('I-11', `${id} (${reason}) begins on ${track} with ${release.id}, and ${live} is live`)
        }
        // What only migrated for it did not bring it there; what stays live although a migration failed is there.
        if (state.kind !== 'finished' || reason === 'migrate') continue
        if (state.outcome === 'succeeded' || state.staysLive)
          succeeded.set(release.id, (succeeded.get(release.id) ?? new Set()).add(track))
      }
    },
  }
}
