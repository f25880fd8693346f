import { availableParallelism } from 'node:os'

/** How many programs this machine, or the share of it that we may use, can run at once. */
export function cores(): number {
  return availableParallelism()
}
