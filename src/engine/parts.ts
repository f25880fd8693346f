import type { Channels } from '../channels/channel.ts'
import { decideDeployment } from '../domain/deployment.ts'
import { defaultGridIntensity, type PowerModel, powerModel } from '../domain/energy.ts'
import { askGates } from '../domain/gates.ts'
import type { SqlStatement } from '../domain/migrations/statement.ts'
import { planRollout } from '../domain/rollout.ts'
import { decideRun } from '../domain/run.ts'
import type { ProjectSpec, TargetSpec } from '../domain/spec.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Artifacts, Runner } from '../runner/runner.ts'
import type { Source } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import type { InstanceDriver, Line } from '../targets/driver.ts'
import type { Consoles } from './consoles.ts'
import type { EngineTime } from './time.ts'

/** What the engine is made of: everything outside it, handed in by the composition root or by a simulation. */
export interface Parts {
  readonly store: Store
  readonly clock: Clock
  readonly time: EngineTime
  readonly log: Log
  readonly runner: Runner
  readonly artifacts: Artifacts
  readonly source: Source
  readonly secrets: Secrets
  /** The driver of an environment's target; Fault `target.unknown` when this program has none. */
  driver(target: TargetSpec): InstanceDriver
  /** What every instance and command sees unless somebody says otherwise: where programs are, the character set. */
  readonly baseEnvironment: Readonly<Record<string, string>>
  /** signalbox.yml as text, and the Procfile beside it → its meaning, or all problems with it. */
  parse(text: string, procfile: string | null): ParsedSpec
  /** SQL by PostgreSQL's own grammar; null when it is none. */
  readSql(sql: string): Promise<readonly SqlStatement[] | null>
  /** The program that asks what drizzle has still to run. */
  readonly drizzleLook: string
  /** Where the output of one-off commands and migrations goes, with these values masked. */
  openLog(name: string, secrets: readonly string[]): Promise<LineLog>
  /** Those that are open now: they end with this server. */
  readonly consoles: Consoles
  readonly notices: NoticeParts
  readonly settings: EngineSettings
  readonly rules: Rules
}

export interface NoticeParts {
  readonly channels: Channels
  /** Where people read more about a deployment or a run. */
  link(subject: string): string
  /** From 0 up to 1, so that those who failed together do not come back together. */
  jitter(): number
}

export interface Secrets {
  /** Makes a value unreadable for everyone without this installation's key, bound to where it is used. */
  seal(place: string, value: string): Promise<string>
  open(place: string, sealed: string): Promise<string>
}

export interface ParsedSpec {
  readonly spec: ProjectSpec | null
  /** One line for each problem, with its place. */
  readonly problems: readonly string[]
}

export interface LineLog {
  write(line: Line): void
  close(): Promise<void>
}

export interface EngineSettings {
  /** Jobs at a time on this machine. */
  readonly parallelJobs: number
  /** How often refs are compared and targets looked at. */
  readonly syncEveryMs: number
  readonly reconcileEveryMs: number
  readonly janitorEveryMs: number
  /** Releases kept, besides those that are needed, of an app whose configuration does not say. */
  readonly keepReleases: number
  /** Whether others than this machine can reach the edge. */
  readonly isEdgePublic: boolean
  /** Where visitors come in on this machine; null where nothing listens for them. */
  readonly edgePort: number | null
  /** By what it is told what work took. */
  readonly power: PowerModel
}

export const defaultSettings: EngineSettings = {
  parallelJobs: 2,
  syncEveryMs: 60_000,
  reconcileEveryMs: 30_000,
  janitorEveryMs: 600_000,
  keepReleases: 10,
  isEdgePublic: false,
  edgePort: null,
  power: powerModel(
    { processor: { vendor: '', family: 0, model: 0, stepping: 0 }, cores: 1 },
    { watts: null, gridIntensity: defaultGridIntensity },
  ),
}

/** The pure half. Handed in so that a test can plant a defect and see it found. */
export interface Rules {
  readonly decideRun: typeof decideRun
  readonly decideDeployment: typeof decideDeployment
  readonly planRollout: typeof planRollout
  readonly askGates: typeof askGates
}

export const rules: Rules = { decideRun, decideDeployment, planRollout, askGates }
