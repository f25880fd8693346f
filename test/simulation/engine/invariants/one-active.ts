import { isActive } from '../../../../src/domain/deployment.ts'
import type { MakeInvariant } from '../view.ts'

/**
 * I-1, I-2: at most one deployment moves on a track, and what is live there is of one release. Unless a way back broke off: by
 * itself nobody goes back on it, what serves is kept, and a person is told.
 */
export const oneActive: MakeInvariant = ({ records, broken }) => {
  const leftMixed = new Set<string>()
  return {
    committed({ deployments, lives }) {
      for (const track of new Set(deployments.map(({ after }) => after.track))) {
        const active = [...records.open(track)].filter((id) => {
          const deployment = records.deployments.get(id)
          return deployment !== undefined && isActive(deployment)
        })
        if (active.length > 1) broken('I-1', `${active.join(' and ')} move at once on ${track}`)
      }
      for (const { after } of deployments)
        if (after.reason === 'rollback' && after.state.kind === 'finished' && after.state.outcome === 'errored')
          leftMixed.add(after.track)
      for (const { track, after } of lives) {
        const other = after.instances.find(({ release }) => release.id !== after.release.id)
        if (other === undefined) leftMixed.delete(track)
        else if (!leftMixed.has(track))
          broken('I-2', `${track}: ${after.release.version} is live, and ${other.name} is of ${other.release.version}`)
      }
    },
  }
}
