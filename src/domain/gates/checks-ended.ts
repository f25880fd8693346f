import { type Gate, type GateFacts, hasRunHere } from './gate.ts'

/** No required check is still on its way. Others may pass meanwhile. */
export const checksEndedGate: Gate = {
  name: 'checks_ended',
  holds: 'aside',
  ask({ checks, deployment }: GateFacts) {
    if (hasRunHere(deployment)) return { open: true, because: `a ${deployment.reason} of what has run here` }
    const running = checks.filter(({ state }) => state === 'running')
    const [first] = running
    if (first === undefined) return { open: true, because: 'no required check is on its way' }
    const because = running.map(({ name, run }) => `${name} has not ended (${run})`).join(', ')
    return { open: false, because, openedBy: `${first.run} when it ends` }
  },
}
