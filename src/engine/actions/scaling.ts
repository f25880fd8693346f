import type { Deployment } from '../../domain/deployment.ts'
import type { StoredRelease } from '../../store/releases.ts'
import { contextOf } from '../context.ts'
import { findTrack, liveOf } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { mustBeScalable } from '../refusals.ts'
import { request } from './requesting.ts'
import type { Asked, Place, Work } from './work.ts'

export function scalingActions(work: Work) {
  return {
    /** Changes how many instances of a process run; nothing else about what is live. */
    scale(place: Place, counts: Readonly<Record<string, number>>, asked: Asked): Deployment {
      const [deployment] = work.all((tx) => {
        const { store } = tx.parts
        mustBePermitted(store, 'scale', { ...place, by: asked.by })
        const track = findTrack(store, place)
        const live = liveOf(track)
        const { app } = contextOf(store, { track: track.id, release: live.release })
        mustBeScalable(app, counts)
        const release = store.releases.get(live.release.id) as StoredRelease
        return [request(tx, track, { release, reason: 'scale', scale: counts, asked })]
      })
      return deployment as Deployment
    },
  }
}
