const FIRST_MS = 100
const LONGEST_MS = 30_000
/** A process that ran so long is not in a crash loop. */
const SETTLED_MS = 60_000

/** How many starts in a row ended soon, after one more that ran for `uptimeMs`. */
export function quickExits(before: number, uptimeMs: number): number {
  return uptimeMs >= SETTLED_MS ? 1 : before + 1
}

/** The wait before the next start. */
export function backoffMs(exits: number): number {
  return Math.min(FIRST_MS * 2 ** Math.max(exits - 1, 0), LONGEST_MS)
}
