export interface Backoff {
  readonly firstMs: number
  readonly mostMs: number
}

/**
 * How long to wait after the n-th failure in a row (1, 2, …): twice as long each time, up to a limit. `jitter`, from 0
 * up to 1, takes away up to half, so that those who failed together do not come back together.
 */
export function backoffMs(failures: number, { firstMs, mostMs }: Backoff, jitter: number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 52))
  return Math.round(whole * (1 - jitter / 2))
}
