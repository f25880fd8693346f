import { Fault } from '../../lib/fault.ts'
import type { Asked, Place, Work } from './work.ts'

export function safeguardActions(work: Work) {
  return {
    /**
     * The way out when nobody is left who could say yes to a change of an environment's safeguards: what the next release says
     * is in force then. For admins; recorded with the reason and with what was given up. Fault `safeguards.none`.
     */
    forgetSafeguards(place: Omit<Place, 'app'>, { reason }: { reason: string }, { by }: Asked): void {
      work.transact((tx) => {
        const { store } = tx.parts
        const { project, environment } = place
        const known = store.safeguards.get(project, environment)
        if (known === null) throw new Fault('safeguards.none', { details: { environment } })
        store.safeguards.remove(project, environment)
        const subject = `${project}/${environment}`
        const data = { reason, safeguards: known.safeguards }
        tx.fact({ kind: 'environment.safeguards_forgotten', project, subject, by, data })
      })
    },
  }
}
