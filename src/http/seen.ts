import { Fault } from '../lib/fault.ts'

const MINUTE_MS = 60_000

/**
 * Writes down, to the minute, when somebody was seen last. A disk that is full, or a store that is busy, keeps nobody from
 * reading: then it is not known.
 */
export function noteSeen(last: number | null, now: number, write: () => void): void {
  if (last !== null && now - last < MINUTE_MS) return
  try {
    write()
  } catch (error) {
    if (!(error instanceof Fault && error.temporary)) throw error
  }
}
