import type { Gate, GateFacts } from './gate.ts'

/** No person has put a stop sign on the environment. */
export const lockGate: Gate = {
  name: 'lock',
  holds: 'queue',
  ask({ lock, now, environment }: GateFacts) {
    if (lock === null || (lock.expiresAt !== null && lock.expiresAt <= now))
      return { open: true, because: 'not locked' }
    return {
      open: false,
      because: `locked by ${lock.by}: ${lock.reason}`,
      openedBy: `signalbox unlock ${environment.name}`,
    }
  },
}
