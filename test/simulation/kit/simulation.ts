import type { FaultTable } from './faults.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

/** What one seed is run with. Everything that differs between two seeds comes from here. */
export interface Simulation {
  readonly random: Random
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly faults: FaultTable
  /** How much the workload does. Smaller while a failing seed is made smaller. */
  readonly size: number
  /** The switch of the defect that is planted; null = none. */
  readonly defect: string | null
  /** A situation was reached that must be reached now and then, or the simulation is too tame. */
  seen(situation: string): void
}

/** Something that can be simulated: it sets up a world, programs and a workload for one seed. */
export interface Subject {
  readonly name: string
  /** Situations that must be seen at least once in 10,000 seeds. */
  readonly situations: readonly string[]
  /** Defects that can be planted, each with what it breaks. */
  readonly defects: Readonly<Record<string, string>>
  begin(simulation: Simulation): Scenario
}

/** One seed of a subject, as the runner sees it. */
export interface Scenario extends Disposable {
  /** What must always hold. Called after every event; throws a Violation. Must be cheap. */
  check(): void
  /** No more faults, and the world is mended. From now on everything must come to rest. */
  heal(): void
  /** All the work is done and nothing moves. */
  isQuiet(): boolean
  /** What must hold once it is quiet. */
  checkEnd(): void
  /** What is unfinished, for the message when it does not become quiet. */
  unfinished(): string
}

/** How long faults go on, and how long everything may then take to come to rest, in simulated time. */
export const faultyMs = { from: 20_000, to: 180_000 } as const
export const restMs = 3_600_000

/** An invariant does not hold. The id is that of the list of invariants: `I-13`. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly invariant: string

  constructor(invariant: string, sentence: string) {
    super(sentence)
    this.invariant = invariant
  }
}
