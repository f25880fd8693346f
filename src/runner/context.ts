import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Redactor } from '../lib/redact.ts'
import type { ArtifactStore } from '../system/artifacts.ts'
import type { JobLogWriter } from '../system/job-log-writer.ts'
import type { Environment } from './environment.ts'
import type { Laps } from './laps.ts'
import type { JobProcesses } from './processes.ts'
import type { JobPlan, StepResult, StoredArtifact } from './runner.ts'
import type { StepFiles } from './sandbox.ts'
import type { Places } from './workspace.ts'

/** What the steps of one job share. */
export interface JobContext {
  readonly plan: JobPlan
  readonly places: Places
  readonly processes: JobProcesses
  readonly out: JobLogWriter
  readonly redactor: Redactor
  readonly artifacts: ArtifactStore
  readonly clock: Clock
  readonly log: Log
  readonly laps: Laps
  /** The environment of one of the job's programs, with more on top. */
  readonly environment: (...more: readonly Environment[]) => Environment
  /** The words, in the job's sandbox if it has one. */
  readonly enclosed: (argv: readonly string[], files: StepFiles | null) => Promise<readonly string[]>
  /** How long to wait after the n-th failure of a step. */
  readonly retryDelayMs: (failures: number) => number
  /** Filled as the job goes on. */
  readonly record: JobRecord
}

export interface JobRecord {
  readonly steps: StepResult[]
  outputs: Readonly<Record<string, string>>
  /** Where the services are, for the steps. */
  services: Environment
  artifact: StoredArtifact | null
}
