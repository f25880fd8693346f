import type { Gate, GateFacts } from './gate.ts'

/** Nothing else is moving on the track, and nobody came first. */
export const turnGate: Gate = {
  name: 'turn',
  holds: 'queue',
  ask({ active, ahead, deployment }: GateFacts) {
    if (active !== null && active !== deployment.id) {
      return { open: false, because: `${active} is being deployed`, openedBy: `${active} when it ends` }
    }
    const [first] = ahead
    if (first === undefined) return { open: true, because: 'first in the queue' }
    return { open: false, because: `place ${ahead.length + 1} in the queue`, openedBy: `${ahead.join(', ')} when done` }
  },
}
