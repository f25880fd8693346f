import { randomBytes, randomInt } from 'node:crypto'

/** Digits and lower-case letters without those that look alike; sorts and reads well in names, paths and URLs. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'

/** `newId('srv')` → `srv-x7k2…`: 16 characters, about 79 bits. */
export function newId(prefix: string): string {
  return `${prefix}-${Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`
}

/** A secret nobody can guess: 32 random bytes as base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** A number from 0 up to, not including, 1: for jitter. */
export function randomFraction(): number {
  return randomInt(2 ** 32) / 2 ** 32
}
