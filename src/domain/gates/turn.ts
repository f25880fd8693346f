import type { Gate, GateAnswer, GateFacts } from './gate.ts'

/** It is known what runs on the track, nothing else is moving there, and nobody came first. */
export const turnGate: Gate = {
  name: 'turn',
  holds: 'queue',
  ask({ active, ahead, deployment, isUnsure }: GateFacts) {
    if (isUnsure) return unsure
    const moving = active === null || active === deployment.id ? [] : [active]
    const behind = [...moving, ...ahead]
    const [first] = behind
    if (first === undefined) return { open: true, because: 'first in the queue' }
    const place = ahead.length === 0 ? 'next' : `place ${ahead.length + 1} in the queue`
    const because = moving.length === 0 ? place : `${first} is being deployed, and it is ${place}`
    return { open: false, because, openedBy: `${behind.join(', ')} when done`, behind }
  },
}

/** What it would replace may be another than what is remembered. */
const unsure: GateAnswer = {
  open: false,
  because: 'the server was restored from a backup, and has not looked yet at what runs here',
  openedBy: 'the first look at the target',
  behind: [],
}
