import type { MakeInvariant } from './view.ts'

/** Every promise, one file each. */
export const invariants: readonly MakeInvariant[] = []
