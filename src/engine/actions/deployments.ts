import type { Deployment } from '../../domain/deployment.ts'
import type { StoredRelease } from '../../store/releases.ts'
import { environmentIn } from '../context.ts'
import { findRelease, liveOf, specNow, tracksIn, waitingFor } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { requestDeployment } from '../request.ts'
import { request } from './requesting.ts'
import { type Asked, type Place, said, type Work } from './work.ts'

export function deploymentActions(work: Work) {
  return {
    /** Sends a release on its way: the one named, or the newest. */
    deploy(place: Place, wanted: { version: string | null }, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        mustBePermitted(tx.parts.store, 'deploy', { ...place, by: asked.by })
        return tracksIn(tx.parts.store, place).map((track) => {
          const release = findRelease(tx.parts.store, track, wanted.version)
          // Asking again for what waits for people already is asking once.
          const waiting = waitingFor(tx.parts.store, track.id, release.id)
          if (waiting !== null) return waiting
          return request(tx, track, { release, reason: 'promote', asked })
        })
      })
    },

    /** Replaces every instance by a new one of the release that is live; picks up changed variables. */
    redeploy(place: Place, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        mustBePermitted(tx.parts.store, 'redeploy', { ...place, by: asked.by })
        return tracksIn(tx.parts.store, place).map((track) => {
          const release = tx.parts.store.releases.get(liveOf(track).release.id) as StoredRelease
          return request(tx, track, { release, reason: 'redeploy', asked })
        })
      })
    },

    /** What is live in one environment goes to another: the same archive, nothing is built. */
    promote(place: Place & { readonly to: string }, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        const { store } = tx.parts
        mustBePermitted(store, 'promote', { project: place.project, environment: place.to, by: asked.by })
        const { apps } = environmentIn(specNow(store, place.project), place.to)
        const all = tracksIn(store, place)
        const meant = place.app === undefined ? all.filter(({ app }) => apps.includes(app)) : all
        return (meant.length === 0 ? all : meant).map((from) => {
          const release = store.releases.get(liveOf(from).release.id) as StoredRelease
          return requestDeployment(tx, { release, environment: place.to, reason: 'promote', ...said(asked) })
        })
      })
    },
  }
}
