import type { VariableChange } from '../../store/variables.ts'
import { findProject } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { mustBeSettable } from '../refusals.ts'
import { sealAll } from '../sealing.ts'
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
  }
}
