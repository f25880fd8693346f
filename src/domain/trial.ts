import { type Breaker, breakerOf } from './breaker.ts'
import type { PolicySpec } from './spec.ts'
import type { Instance } from './track.ts'

/** What a release that serves has to go through before its deployment has succeeded. */
export type TrialStep =
  /** The environment's smoke steps, against its address: one at a time per address. */
  | { readonly do: 'smoke'; readonly url: string }
  /** The release is watched, look by look. */
  | { readonly do: 'bake'; readonly forMs: number; readonly breaker: Breaker }
  | { readonly do: 'verify'; readonly instances: readonly Instance[] }

export interface TrialInput {
  readonly policies: Pick<PolicySpec, 'smoke' | 'bakeMs' | 'breaker'>
  /** Where visitors reach it. */
  readonly url: string
}

/** In this order: quick and sharp before long and blunt. After a while of watching it is looked at once more. */
export function trialSteps({ policies, url }: TrialInput, instances: readonly Instance[]): readonly TrialStep[] {
  const { smoke, bakeMs, breaker } = policies
  if (instances.length === 0) return []
  return [
    ...(smoke.length === 0 ? [] : [{ do: 'smoke', url } as const]),
    ...(bakeMs === 0
      ? []
      : [
          { do: 'bake', forMs: bakeMs, breaker: breakerOf(breaker, instances.length) } as const,
          { do: 'verify', instances } as const,
        ]),
  ]
}
