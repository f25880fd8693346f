import type { EngineSettings } from '../../../src/engine/parts.ts'
import type { Visit } from '../../../src/targets/model/edge.ts'
import type { ModelHost } from '../../../src/targets/model/host.ts'
import type { Happening, ModelWorld } from '../../../src/targets/model/world.ts'
import type { Disk } from '../kit/disk.ts'
import type { Simulation } from '../kit/simulation.ts'
import type { Changes, Records } from './watch/records.ts'
import type { Archives } from './world/archives.ts'
import type { Git } from './world/git.ts'
import type { JobProcess, ModelRunner } from './world/runner.ts'

/** What promises may look at: the world, what is durable, and never the engine's own opinion of itself. */
export interface View {
  readonly simulation: Simulation
  readonly world: ModelWorld
  readonly host: ModelHost
  readonly records: Records
  readonly git: Git
  readonly runner: ModelRunner
  readonly archives: Archives
  readonly disk: Disk
  readonly settings: EngineSettings
  /** Names of the projects there are. */
  readonly projects: readonly string[]
  /** A promise does not hold. The first one ends the seed. */
  broken(invariant: string, sentence: string): void
}

/** One promise, checked where it can be broken: when something becomes durable, when the host acts, when a job starts, at the end. */
export interface Invariant {
  committed?(changes: Changes): void
  happened?(happening: Happening): void
  starting?(process: JobProcess): void
  visited?(track: string, answer: Visit, takesMs: number): void
  /** A life has ended and another begins. */
  crashed?(): void
  atEnd?(): void
}

export type MakeInvariant = (view: View) => Invariant
