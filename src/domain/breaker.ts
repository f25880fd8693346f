import type { BreakerSpec } from './spec.ts'

/** When a rollout is broken off: thresholds, every one a number. */
export interface Breaker {
  /** Failed starts and falls of the new instances, together. */
  readonly failures: number
  /** Share of failed requests over that of the release before. */
  readonly ratio: number
  /** Fewer requests than this say nothing. */
  readonly requests: number
  /** How many times slower the slowest hundredth may become; null = it does not matter. */
  readonly latency: number | null
}

const fewestFailures = 3
const mostFailures = 200

/** Where the file does not say how many starts may fail, it is half of what is to run, between 3 and 200. */
export function breakerOf(spec: BreakerSpec, instances: number): Breaker {
  const half = Math.ceil(instances / 2)
  return { ...spec, failures: spec.failures ?? Math.min(Math.max(half, fewestFailures), mostFailures) }
}
