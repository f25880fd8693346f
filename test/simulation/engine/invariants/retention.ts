import { refOf } from '../../../../src/domain/release.ts'
import type { MakeInvariant } from '../view.ts'

/** What is live, or what something open needs, is never thrown away. */
export const retention: MakeInvariant = ({ records, archives, broken }) => {
  const whoNeeds = (isIt: (release: { readonly id: string; readonly digest: string }) => boolean): string | null => {
    for (const [track, { release }] of records.lives) if (isIt(release)) return `${track}, where it is live`
    const open = records.openEverywhere.find(({ release }) => isIt(release))
    return open === undefined ? null : open.id
  }
  archives.onRemove = (digest) => {
    const who = whoNeeds((release) => release.digest === digest)
    if (who !== null) broken('retention', `the archive ${digest} is removed, and needed by ${who}`)
  }
  return {
    committed({ releases, deployments }) {
      for (const { after } of releases) {
        const who = after.discardedAt === null ? null : whoNeeds(({ id }) => id === refOf(after).id)
        if (who !== null) broken('retention', `${after.id} is discarded, and needed by ${who}`)
      }
      for (const { before, after } of deployments)
        if (before === null && records.releases.get(after.release.id)?.discardedAt !== null)
          broken('retention', `${after.id} was asked for with ${after.release.id}, which is discarded`)
    },
  }
}
