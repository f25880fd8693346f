import type { Deployment } from '../../domain/deployment.ts'
import type { Track } from '../../domain/track.ts'
import { hasAny } from '../../domain/variables.ts'
import type { StoredRelease } from '../../store/releases.ts'
import type { VariableChange } from '../../store/variables.ts'
import { findProject, liveOf, tracksIn } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { mustBeSettable } from '../refusals.ts'
import { sealAll } from '../sealing.ts'
import type { Tx } from '../tx.ts'
import { changesSinceLive } from '../variables.ts'
import { request } from './requesting.ts'
import type { Asked, Place, Work } from './work.ts'

export function variableActions(work: Work) {
  return {
    /** All changes under one new version, which is returned. Instances get them with the next deployment. */
    async setVariables(place: Omit<Place, 'app'>, changes: readonly VariableChange[], { by }: Asked): Promise<number> {
      const { project, environment } = place
      const { store, secrets } = work.parts
      findProject(store, project)
      changes.forEach(mustBeSettable)
      for (;;) {
        // Sealing takes waiting and binds the value to its version; if somebody was faster, it is sealed anew.
        const version = store.variables.version(project, environment) + 1
        const sealed = await sealAll(secrets, place, { changes, version })
        const done = work.transact((tx) => {
          mustBePermitted(store, 'config', { project, environment, by })
          if (store.variables.version(project, environment) + 1 !== version) return false
          store.variables.change({ project, environment }, sealed, { by, at: tx.at })
          const names = changes.map(({ name, value }) => ({ name, set: value !== null }))
          tx.fact({
            kind: 'variables.changed',
            project,
            subject: `${project}/${environment}`,
            by,
            data: { version, names },
          })
          for (const track of store.tracks.list(project)) {
            if (track.environment === environment) tx.followUp({ look: 'turn', track: track.id })
          }
          return true
        })
        if (done) return version
      }
    },

    /**
     * Gives what runs its variables as they are now: a rollout of the release that is live, for each app they were changed
     * for since its instances were started. Asking again for what has not begun is asking once.
     */
    applyVariables(place: Place, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        mustBePermitted(tx.parts.store, 'redeploy', { ...place, by: asked.by })
        const tracks = tracksIn(tx.parts.store, place)
        const live = tracks.filter((track) => track.live !== null)
        if (live.length === 0) tracks.forEach(liveOf)
        return live.flatMap((track) => applyTo(tx, track, asked))
      })
    },
  }
}

function applyTo(tx: Tx, track: Track, asked: Asked): readonly Deployment[] {
  const { store } = tx.parts
  const changes = changesSinceLive(store, track)
  if (changes === null || !hasAny(changes)) return []
  const isAsked = ({ reason, state }: Deployment) => reason === 'variables' && 'expiresAt' in state
  const open = store.deployments.open(track.id).find(isAsked)
  if (open !== undefined) return [open]
  const release = store.releases.get(liveOf(track).release.id) as StoredRelease
  return [request(tx, track, { release, reason: 'variables', asked })]
}
