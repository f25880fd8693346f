import { isActive } from '../../../../src/domain/deployment.ts'
import type { MakeInvariant } from '../view.ts'

/** I-1, I-2: at most one deployment moves on a track, and what is live there is of one release. */
export const oneActive: MakeInvariant = ({ records, broken }) => ({
  committed({ deployments, lives }) {
    for (const track of new Set(deployments.map(({ after }) => after.track))) {
      const active = [...records.open(track)].filter((id) => {
        const deployment = records.deployments.get(id)
        return deployment !== undefined && isActive(deployment)
      })
      if (active.length > 1) broken('I-1', `${active.join(' and ')} move at once on ${track}`)
    }
    for (const { track, after } of lives) {
      const other = after.instances.find(({ release }) => release.id !== after.release.id)
      if (other !== undefined)
        broken('I-2', `${track}: ${after.release.version} is live, and ${other.name} is of ${other.release.version}`)
    }
  },
})
