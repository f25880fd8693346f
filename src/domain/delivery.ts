import { backoffMs } from '../lib/backoff.ts'
import type { Message, Recipient } from './notice.ts'

/** One message on its way to one recipient. */
export interface Delivery {
  readonly id: string
  readonly project: string
  /** Number of the fact it tells of. */
  readonly fact: number
  readonly message: Message
  readonly recipient: Recipient
  /** `waiting` for its next try; `sending` now; `delivered`; `failed` when nothing is tried any more. */
  readonly state: 'waiting' | 'sending' | 'delivered' | 'failed'
  readonly attempts: number
  readonly createdAt: number
  /** When the next try is due. */
  readonly dueAt: number
  /** When trying ends. */
  readonly giveUpAt: number
  readonly deliveredAt: number | null
  /** Why the last try did not work, in words without secrets. */
  readonly problem: string | null
}

/** How long is tried: longer than a weekend. */
export const patienceMs = 3 * 86_400_000

const firstMs = 5_000
const mostMs = 4 * 3_600_000
const longestAskedMs = 86_400_000

export interface Failure {
  readonly problem: string
  /** Whether the same may work later. */
  readonly mayMend: boolean
  /** How long the other side asked us to wait. */
  readonly retryAfterMs: number | null
}

/** A try begins. Noted before it does: should it end the server, that counts as one. */
export function begun(delivery: Delivery): Delivery {
  return { ...delivery, state: 'sending', attempts: delivery.attempts + 1 }
}

export function delivered(delivery: Delivery, at: number): Delivery {
  return { ...delivery, state: 'delivered', deliveredAt: at, problem: null }
}

/** Tried again, later each time, and no earlier than the other side asks; until trying ends. `jitter` is from 0 up to 1. */
export function notDelivered(
  delivery: Delivery,
  { problem, mayMend, retryAfterMs }: Failure,
  { at, jitter }: { readonly at: number; readonly jitter: number },
): Delivery {
  if (!mayMend || at >= delivery.giveUpAt) return { ...delivery, state: 'failed', problem }
  const ownMs = backoffMs(delivery.attempts, { firstMs, mostMs }, jitter)
  const waitMs = Math.max(ownMs, Math.min(retryAfterMs ?? 0, longestAskedMs))
  return { ...delivery, state: 'waiting', problem, dueAt: Math.min(at + waitMs, delivery.giveUpAt) }
}

/** From the beginning, because a person says so; under the same id, so that a receiver may know it. */
export function again(delivery: Delivery, at: number): Delivery {
  return { ...delivery, state: 'waiting', attempts: 0, dueAt: at, giveUpAt: at + patienceMs, deliveredAt: null }
}
