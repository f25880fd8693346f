import type { Door, Maintenance } from '../../domain/door.ts'
import { environmentIn } from '../context.ts'
import { specNow, tracksIn } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import type { Tx } from '../tx.ts'
import type { Asked, Place, Work } from './work.ts'

type Environment = Omit<Place, 'app'>

export function doorActions(work: Work) {
  return {
    /** Gives a person a password, or another one. `hash` is all that is kept of it. */
    admit(place: Environment, user: { readonly name: string; readonly hash: string }, { by }: Asked): Door {
      return work.transact((tx) => {
        mustBeAllowed(tx, place, by)
        const { project, environment } = place
        const isNew = tx.parts.store.doors.setUser(project, environment, { ...user, by, at: tx.at })
        const kind = isNew ? 'environment.user_admitted' : 'environment.user_password_changed'
        tx.fact({ kind, project, subject: subjectOf(place), by, data: { user: user.name } })
        return changed(tx, place)
      })
    },

    /** False when nobody of this name came in. */
    dismiss(place: Environment, { name }: { readonly name: string }, { by }: Asked): boolean {
      return work.transact((tx) => {
        mustBeAllowed(tx, place, by)
        const { project, environment } = place
        if (!tx.parts.store.doors.removeUser(project, environment, { name, at: tx.at })) return false
        tx.fact({ kind: 'environment.user_dismissed', project, subject: subjectOf(place), by, data: { user: name } })
        changed(tx, place)
        return true
      })
    },

    /** Shows visitors a page in place of the app; asked again, another one. */
    beginMaintenance(place: Environment, { message }: { readonly message: string }, { by }: Asked): Maintenance {
      return work.transact((tx) => {
        mustBeAllowed(tx, place, by)
        const { project, environment } = place
        const before = tx.parts.store.doors.get(project, environment).maintenance
        const maintenance = { message, by, since: before?.since ?? tx.at }
        tx.parts.store.doors.setMaintenance(project, environment, maintenance, tx.at)
        const kind = 'environment.maintenance_began'
        tx.fact({ kind, project, subject: subjectOf(place), by, data: { message } })
        changed(tx, place)
        return maintenance
      })
    },

    /** False when there was none. */
    endMaintenance(place: Environment, { by }: Asked): boolean {
      return work.transact((tx) => {
        mustBeAllowed(tx, place, by)
        const { project, environment } = place
        const before = tx.parts.store.doors.get(project, environment).maintenance
        if (before === null) return false
        tx.parts.store.doors.setMaintenance(project, environment, null, tx.at)
        const data = { lastedMs: tx.at - before.since }
        tx.fact({ kind: 'environment.maintenance_ended', project, subject: subjectOf(place), by, data })
        changed(tx, place)
        return true
      })
    },
  }
}

function subjectOf({ project, environment }: Environment): string {
  return `${project}/${environment}`
}

/** Who may come in, and whether anybody may, is part of how the environment is set up. */
function mustBeAllowed({ parts }: Tx, { project, environment }: Environment, by: string): void {
  mustBePermitted(parts.store, 'config', { project, environment, by })
  environmentIn(specNow(parts.store, project), environment)
}

/** Every app of the environment has its own place at the edge. */
function changed(tx: Tx, place: Environment): Door {
  const { store } = tx.parts
  for (const { id, project } of tracksIn(store, place)) {
    tx.command({ id: `door:${id}`, project, lane: `door:${id}` }, { do: 'door', track: id })
  }
  return store.doors.get(place.project, place.environment)
}
