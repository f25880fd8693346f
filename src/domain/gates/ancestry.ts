import type { Gate, GateFacts } from './gate.ts'

/**
 * An older commit never takes the place of a newer one, except as a rollback that somebody names. Commits of branches that have
 * gone apart may: neither is older, and the answer says so.
 */
export const ancestryGate: Gate = {
  name: 'ancestry',
  holds: 'refuse_at_once',
  ask({ deployment, live, relation, environment }: GateFacts) {
    const { release, reason } = deployment
    if (reason !== 'promote') return { open: true, because: `a ${reason} is meant to be of what it is of` }
    if (live === null) return { open: true, because: 'nothing is live here yet' }
    const there = `${live.release.version}, which is live`
    switch (relation) {
      case 'same':
        return { open: true, because: `the same commit as ${there}` }
      case 'newer':
        return { open: true, because: `newer than ${there}` }
      case 'apart':
        return { open: true, because: `on another branch than ${there}: neither has the other in its history` }
      case 'unknown':
        return { open: true, because: `not to be compared with ${there}: git does not have both commits any more` }
      case 'older':
        return {
          open: false,
          because: `${release.version} is older than ${there}`,
          openedBy: `signalbox rollback ${environment.name} ${release.version}, or a commit that reverts the newer ones`,
        }
      case null:
        return {
          open: false,
          because: `git has not said yet whether ${release.version} is older than ${there}`,
          openedBy: 'git, in a moment',
          holds: 'queue',
          behind: [],
        }
    }
  },
}
