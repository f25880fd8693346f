import type { Gate, GateFacts } from './gate.ts'

/** Nothing else is moving on the track, and nobody came first. */
export const turnGate: Gate = {
  name: 'turn',
  holds: 'queue',
  ask({ active, ahead, deployment }: GateFacts) {
    const moving = active === null || active === deployment.id ? [] : [active]
    const behind = [...moving, ...ahead]
    const [first] = behind
    if (first === undefined) return { open: true, because: 'first in the queue' }
    const place = ahead.length === 0 ? 'next' : `place ${ahead.length + 1} in the queue`
    const because = moving.length === 0 ? place : `${first} is being deployed, and it is ${place}`
    return { open: false, because, openedBy: `${behind.join(', ')} when done`, behind }
  },
}
