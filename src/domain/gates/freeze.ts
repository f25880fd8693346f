import { frozenSentence } from '../freeze.ts'
import type { Gate, GateFacts } from './gate.ts'

/** Production is made safe by these, and a freeze is there to keep it so. */
const mayAlways = ['rollback', 'scale'] as const

/** No freeze keeps the environment as it is; or somebody has said, with a reason, that this one may go all the same. */
export const freezeGate: Gate = {
  name: 'freeze',
  // A way back must not wait behind what is frozen.
  holds: 'aside',
  ask({ frozen, freezeOverride, deployment, environment }: GateFacts) {
    if (frozen === null) return { open: true, because: 'not frozen' }
    const said = frozenSentence(frozen)
    if (mayAlways.some((reason) => reason === deployment.reason))
      return { open: true, because: `${said}; a ${deployment.reason} may go all the same` }
    if (freezeOverride !== null)
      return { open: true, because: `${said}; overridden by ${freezeOverride.by}: ${freezeOverride.reason}` }
    const openedBy = `its end, or signalbox freeze override ${environment.name} --reason … --for 1h`
    return { open: false, because: said, openedBy, until: frozen.until }
  },
}
