import type { Store } from '../../store/store.ts'
import { newToken } from '../../system/random.ts'
import { hashOfToken } from '../auth.ts'

export const challengeMs = 5 * 60_000

/** 256 random bits, good once and for five minutes, for an answer of this kind. */
export function newChallenge(store: Store, kind: string, data: unknown, now: number): string {
  const value = newToken()
  store.challenges.add({ kind, data, expiresAt: now + challengeMs }, hashOfToken(value))
  return value
}

/** What it was made for, and from now on it is none; null for one that was taken, is too old, or is of another kind. */
export function takeChallenge(store: Store, kind: string, value: string, now: number): { data: unknown } | null {
  const challenge = store.challenges.take(hashOfToken(value), kind)
  return challenge === null || now >= challenge.expiresAt ? null : { data: challenge.data }
}
