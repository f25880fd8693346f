import type { Gate, GateFacts } from './gate.ts'

/** Nothing else moves where this deployment wants to be alone (`lock_scope`), and nobody who could go there came first. */
export const scopeGate: Gate = {
  name: 'scope',
  holds: 'queue',
  ask({ elsewhere, deployment }: GateFacts) {
    const [first] = elsewhere
    if (first === undefined) return { open: true, because: 'nothing else is in its way' }
    if (deployment.wentWithoutTurn === true) {
      return { open: true, because: `it has waited as long as it may, and goes on beside ${first.deployment}` }
    }
    const what = first.moves ? 'is being deployed' : 'was asked for first'
    return {
      open: false,
      because: `${first.deployment} ${what} on ${first.track}, and both need ${first.shared}`,
      openedBy: `${elsewhere.map(({ deployment: id }) => id).join(', ')} when done`,
      behind: elsewhere.map(({ deployment: id }) => id),
    }
  },
}
