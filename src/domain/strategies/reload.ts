import type { Instance } from '../track.ts'
import { type Change, start, stop, type Way } from './change.ts'
import { startFirst } from './start-first.ts'

/** What goes on under the new release, and the instance that proves the release first; null where it may not run twice. */
export interface Reloading {
  readonly reloaded: readonly Instance[]
  readonly trial: Instance | null
}

/**
 * The processes go on, and take up the new release when they are told: one after the other, so that a release that a process
 * cannot take up costs one. Many servers end when it does not load, so it is started once beside them first, without visitors.
 * Instances that cannot go on, because they were started with something else, are replaced as `start_first` does it.
 */
export function reload({ reloaded, trial }: Reloading): (change: Change) => Way {
  return (change) => {
    const { instead } = startFirst(Number.POSITIVE_INFINITY)({ ...change, kept: [...change.kept, ...reloaded] })
    if (reloaded.length === 0) return { beside: [], instead }
    const proof = trial === null ? [] : [...start([trial]), ...stop([trial])]
    return {
      beside: proof,
      instead: [...reloaded.map((one) => ({ do: 'reload', instances: [one] }) as const), ...instead],
    }
  }
}
