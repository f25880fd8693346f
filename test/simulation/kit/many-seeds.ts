import { type FaultName, type FaultTable, faultNames } from './faults.ts'
import { type Found, runSeed, type SeedWish } from './run-seed.ts'
import type { Subject } from './simulation.ts'

/** Each one of so many seeds is run twice, and must leave the same trace. */
const twiceEvery = 20

export interface ManyWish extends Omit<SeedWish, 'seed' | 'listener'> {
  readonly from: number
  readonly count: number
}

/** What came of many seeds, as plain data: worker processes send it, and two of them add up. */
export interface Tally {
  readonly seeds: number
  readonly steps: number
  readonly simulatedMs: number
  readonly runTwice: number
  /** Seeds whose two runs differed. */
  readonly unsteady: readonly number[]
  readonly failures: readonly Failure[]
  /** In how many seeds each situation was reached. */
  readonly seen: Readonly<Record<string, number>>
  /** In how many seeds each fault was on. */
  readonly faultsOn: Readonly<Record<string, number>>
}

export interface Failure extends Found {
  readonly seed: number
  readonly size: number
  readonly faults: FaultTable
}

export const emptyTally: Tally = {
  seeds: 0,
  steps: 0,
  simulatedMs: 0,
  runTwice: 0,
  unsteady: [],
  failures: [],
  seen: {},
  faultsOn: {},
}

export async function runMany(subject: Subject, wish: ManyWish): Promise<Tally> {
  let tally = emptyTally
  for (let seed = wish.from; seed < wish.from + wish.count; seed += 1) {
    tally = added(tally, await runOne(subject, { ...wish, seed }))
  }
  return tally
}

async function runOne(subject: Subject, wish: SeedWish): Promise<Tally> {
  const result = await runSeed(subject, wish)
  const { seed, steps, simulatedMs, violation, size, faults } = result
  const isTwice = seed % twiceEvery === 0
  const isSteady = !isTwice || (await runSeed(subject, wish)).hash === result.hash
  return {
    seeds: 1,
    steps,
    simulatedMs,
    runTwice: isTwice ? 1 : 0,
    unsteady: isSteady ? [] : [seed],
    failures: violation === null ? [] : [{ ...violation, seed, size, faults }],
    seen: Object.fromEntries(result.seen.map((situation) => [situation, 1])),
    faultsOn: Object.fromEntries(faultNames.filter((name: FaultName) => faults[name] > 0).map((name) => [name, 1])),
  }
}

export function added(a: Tally, b: Tally): Tally {
  return {
    seeds: a.seeds + b.seeds,
    steps: a.steps + b.steps,
    simulatedMs: a.simulatedMs + b.simulatedMs,
    runTwice: a.runTwice + b.runTwice,
    unsteady: [...a.unsteady, ...b.unsteady],
    failures: [...a.failures, ...b.failures],
    seen: counted(a.seen, b.seen),
    faultsOn: counted(a.faultsOn, b.faultsOn),
  }
}

function counted(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const counts: Record<string, number> = { ...a }
  for (const [name, count] of Object.entries(b)) counts[name] = (counts[name] ?? 0) + count
  return counts
}
