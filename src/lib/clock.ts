/** Time as an input. The engine, the runner and the drivers wait and look at the clock through this and nothing else. */
export interface Clock {
  /** Wall clock: milliseconds since 1970 UTC. For records; may jump. */
  now(): number
  /** Milliseconds since some start; never jumps. For limits and leases. */
  monotonic(): number
  /** Resolves after `ms`, or rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
