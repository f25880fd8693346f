import type { Lock } from '../../domain/gates/gate.ts'
import { environmentIn } from '../context.ts'
import { specNow } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { lookAtQueues } from '../queues.ts'
import type { Asked, Place, Work } from './work.ts'

export function lockActions(work: Work) {
  return {
    lock(place: Omit<Place, 'app'>, lock: { reason: string; forMs: number | null }, { by }: Asked): Lock {
      return work.transact((tx) => {
        const { project, environment } = place
        mustBePermitted(tx.parts.store, 'lock', { project, environment, by })
        environmentIn(specNow(tx.parts.store, project), environment)
        const expiresAt = lock.forMs === null ? null : tx.at + lock.forMs
        const made = { environment, by, reason: lock.reason, at: tx.at, expiresAt }
        tx.parts.store.locks.set(project, made)
        tx.fact({
          kind: 'environment.locked',
          project,
          subject: `${project}/${environment}`,
          by,
          data: { reason: lock.reason, expiresAt },
        })
        // Whoever waited behind something that is held here now waits no longer.
        lookAtQueues(tx)
        return made
      })
    },

    /** False when it was not locked. */
    unlock(place: Omit<Place, 'app'>, { by }: Asked): boolean {
      return work.transact((tx) => {
        const { store } = tx.parts
        const { project, environment } = place
        mustBePermitted(store, 'lock', { project, environment, by })
        environmentIn(specNow(store, project), environment)
        if (!store.locks.remove(project, environment)) return false
        tx.fact({ kind: 'environment.unlocked', project, subject: `${project}/${environment}`, by, data: {} })
        for (const track of store.tracks.list(project)) {
          if (track.environment === environment) tx.followUp({ look: 'turn', track: track.id })
        }
        return true
      })
    },
  }
}
