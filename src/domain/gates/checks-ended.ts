import type { Gate, GateFacts } from './gate.ts'

/** No required check is still on its way. Others may pass meanwhile. */
export const checksEndedGate: Gate = {
  name: 'checks_ended',
  holds: 'aside',
  ask({ checks }: GateFacts) {
    const running = checks.filter(({ state }) => state === 'running')
    const [first] = running
    if (first === undefined) return { open: true, because: 'no required check is on its way' }
    const because = running.map(({ name, run }) => `${name} has not ended (${run})`).join(', ')
    return { open: false, because, openedBy: `${first.run} when it ends` }
  },
}
