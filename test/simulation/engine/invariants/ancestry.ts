import type { MakeInvariant } from '../view.ts'

/** An older commit never takes the place of a newer one, except as a rollback that somebody asks for. */
export const ancestry: MakeInvariant = ({ records, git, broken }) => ({
  committed({ deployments }) {
    for (const { before, after } of deployments) {
      if (after.state.kind !== 'rolling' || before?.state.kind === 'rolling' || after.reason !== 'promote') continue
      const live = records.lives.get(after.track)?.release.commit
      const { commit } = after.release
      if (live !== undefined && live !== commit && git.isAncestor(commit, live))
        broken('ancestry', `${after.id} takes ${after.track} back behind what is live`)
    }
  },
})
