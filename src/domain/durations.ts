import { median } from '../lib/quantile.ts'
import type { Deployment } from './deployment.ts'

/** How long a deployment is likely to take, from those that succeeded here before. */
export interface Expected {
  /** By phase, in the order of the newest; one that comes several times is added up. */
  readonly phases: readonly { readonly name: string; readonly ms: number; readonly samples: number }[]
  /** From the beginning to the end; null when nothing is known. */
  readonly totalMs: number | null
  /** Of how many deployments. */
  readonly samples: number
}

/** The middle of them: one that hung for an hour says little about the next. `past` is newest first. */
export function expectedFrom(past: readonly Deployment[]): Expected {
  const ended = past.filter(({ startedAt, finishedAt, state }) => {
    return startedAt !== null && finishedAt !== null && state.kind === 'finished' && state.outcome === 'succeeded'
  })
  const sums = ended.map(phaseSums)
  const names = [...new Set(sums.flatMap((each) => [...each.keys()]))]
  return {
    phases: names.map((name) => {
      const known = sums.flatMap((each) => each.get(name) ?? [])
      return { name, ms: median(known) ?? 0, samples: known.length }
    }),
    totalMs: median(ended.map(({ startedAt, finishedAt }) => (finishedAt ?? 0) - (startedAt ?? 0))),
    samples: ended.length,
  }
}

function phaseSums({ phases, finishedAt }: Deployment): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const [index, { name, at }] of phases.entries()) {
    const end = phases[index + 1]?.at ?? finishedAt ?? at
    sums.set(name, (sums.get(name) ?? 0) + end - at)
  }
  return sums
}
