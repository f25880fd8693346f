import { faultNames } from './faults.ts'
import { runSeed, type SeedResult, type SeedWish } from './run-seed.ts'
import type { Subject } from './simulation.ts'

export interface Smaller {
  readonly wish: SeedWish
  readonly result: SeedResult
}

/**
 * The smallest run of a failing seed that still breaks the same invariant: first less work, then one fault after the
 * other switched off. Streams are independent, so what is left does what it did before.
 */
export async function shrink(subject: Subject, wish: SeedWish): Promise<Smaller | null> {
  const result = await runSeed(subject, wish)
  if (result.violation === null) return null
  let smallest: Smaller = { wish, result }
  const { invariant } = result.violation
  const attempt = async (next: SeedWish): Promise<boolean> => {
    const tried = await runSeed(subject, next)
    if (tried.violation?.invariant !== invariant) return false
    smallest = { wish: next, result: tried }
    return true
  }
  for (let size = 1; size < result.size; size += 1) {
    if (await attempt({ ...smallest.wish, size })) break
  }
  for (const fault of faultNames.filter((name) => result.faults[name] > 0)) {
    await attempt({ ...smallest.wish, calm: [...(smallest.wish.calm ?? []), fault] })
  }
  return smallest
}
