import type { Permission } from './permission.ts'

/**
 * What a project wants, as `signalbox.yml` said it at one commit, with every default filled in and every duration in
 * milliseconds. `config/` makes it from text; everything else only reads it. Plain data: it is stored with the run and the release.
 */

export interface ProjectSpec {
  readonly project: string
  readonly triggers: Triggers
  readonly checks: readonly JobSpec[]
  readonly apps: readonly AppSpec[]
  readonly environments: readonly EnvironmentSpec[]
  readonly notify: readonly NotifySpec[]
}

// ---- triggers -------------------------------------------------------------------------------------------------------

/** Globs of domain/glob.ts. Without a filter in the file both are `['**']`. */
export interface RefFilter {
  readonly branches: readonly string[]
  readonly paths: readonly string[]
}

export interface Triggers {
  readonly push: RefFilter | null
  readonly pullRequest: (RefFilter & { readonly types: readonly string[]; readonly external: ExternalPolicy }) | null
  readonly tags: readonly string[]
  readonly releasePublished: boolean
  readonly schedules: readonly ScheduleTrigger[]
  readonly manual: boolean
}

export type ExternalPolicy = 'approve' | 'sandboxed' | 'deny'

export interface ScheduleTrigger {
  readonly cron: string
  readonly timezone: string
  readonly branch: string
}

// ---- jobs -----------------------------------------------------------------------------------------------------------

/** A job before its matrix is unfolded. */
export interface JobSpec {
  readonly name: string
  readonly needs: readonly string[]
  readonly steps: readonly StepSpec[]
  readonly matrix: MatrixSpec | null
  readonly services: readonly ServiceSpec[]
  readonly env: Readonly<Record<string, string>>
  /** Names of project secrets this job may see. */
  readonly secrets: readonly string[]
  /** Run only when the change touches one of these; empty = always. A job left out counts as passed. */
  readonly paths: readonly string[]
  readonly timeoutMs: number
  /** How often a failed job is tried again. */
  readonly retries: number
  readonly continueOnError: boolean
}

export interface StepSpec {
  readonly name: string
  /** A shell script of the user's (`sh -e`). */
  readonly run: string
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number | null
  readonly retries: number
  readonly continueOnError: boolean
}

export interface MatrixSpec {
  readonly axes: Readonly<Record<string, readonly string[]>>
  readonly include: readonly Readonly<Record<string, string>>[]
  readonly exclude: readonly Readonly<Record<string, string>>[]
  /** One failing cell stops its siblings. */
  readonly failFast: boolean
}

/** A throw-away server beside a job: a command of the machine, or a container image where an engine is there. */
export interface ServiceSpec {
  readonly name: string
  readonly command: CommandSpec | null
  readonly image: string | null
  readonly ports: readonly number[]
  readonly env: Readonly<Record<string, string>>
  readonly health: HealthSpec
}

/** Words run as they are, or one line for `sh`. */
export type CommandSpec = readonly string[] | string

// ---- apps -----------------------------------------------------------------------------------------------------------

export interface AppSpec {
  readonly name: string
  /** Folder of the app in the repository; '.' is the root. */
  readonly directory: string
  /** Which changed paths make a new release of this app; empty = every change. */
  readonly paths: readonly string[]
  readonly version: VersionScheme
  readonly build: BuildSpec | null
  readonly image: ImageSpec | null
  readonly processes: readonly ProcessSpec[]
  readonly static: readonly StaticSpec[]
  /** Folders and files that outlive releases, relative to the app: uploads, a database. */
  readonly shared: readonly string[]
  readonly migrations: MigrationSpec | null
  readonly commands: readonly OneOffSpec[]
  readonly schedules: readonly ScheduledCommandSpec[]
  readonly variables: readonly VariableSpec[]
  /** Queues the app declares, so that one without a consumer can be pointed out. */
  readonly queues: readonly string[]
  readonly draftRelease: { readonly tagPrefix: string } | null
  /** How many of the newest releases to keep, over those that are live or may be rolled back to. */
  readonly keepReleases: number
}

/** requirements C7 */
export type VersionScheme = 'sha40' | 'sha7' | 'date-sha' | 'rel-datetime' | 'timestamp'

export interface BuildSpec {
  readonly steps: readonly StepSpec[]
  readonly env: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  readonly timeoutMs: number
  readonly retries: number
}

export interface ImageSpec {
  /** Repository of the image, without a tag. */
  readonly repository: string
  /** Relative to `context`. Null = nothing is built: the image exists under the version's tag already. */
  readonly dockerfile: string | null
  readonly context: string
  /** Images that are built and tagged together with this one (an nginx with the static files, say). */
  readonly companions: readonly { readonly repository: string; readonly dockerfile: string; readonly context: string }[]
  readonly buildArguments: Readonly<Record<string, string>>
}

export interface ProcessSpec {
  /** `web` is routed; others are not. */
  readonly name: string
  readonly command: CommandSpec
  readonly instances: number
  readonly singleton: boolean
  readonly health: HealthSpec
  readonly stop: StopSpec
  readonly env: Readonly<Record<string, string>>
  readonly consumes: readonly string[]
}

export interface HealthSpec {
  readonly probe: HealthProbe
  /** Time from the start until the first pass; failures within it do not count. */
  readonly startPeriodMs: number
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Passes in a row before traffic. */
  readonly passes: number
  /** Failures in a row, after the first pass, before the instance counts as unhealthy. */
  readonly failures: number
}

export type HealthProbe =
  /** `expect` lists every status that passes; it is never empty. `host` null = the first host of the environment. */
  | { readonly kind: 'http'; readonly path: string; readonly host: string | null; readonly expect: readonly number[] }
  | { readonly kind: 'tcp' }
  | { readonly kind: 'command'; readonly command: CommandSpec }
  /** Still running after the start period; shown as unverified. */
  | { readonly kind: 'process' }

export interface StopSpec {
  readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGWINCH'
  /** From the stop signal to SIGKILL. */
  readonly graceMs: number
  /** How long requests in flight may go on after the instance left the routing. */
  readonly drainMs: number
}

export interface StaticSpec {
  readonly url: string
  readonly directory: string
  readonly maxAgeS: number
}

export interface MigrationSpec {
  readonly adapter: 'command' | 'django' | 'rails' | 'alembic' | 'prisma' | 'knex' | 'drizzle'
  readonly command: CommandSpec
  /** Exits 0 when nothing is pending, 1 when something is. */
  readonly pending: CommandSpec | null
  /** Writes the file it is told in SIGNALBOX_BACKUP_FILE. */
  readonly backup: CommandSpec | null
  readonly keepBackups: number
  /** Migrations that share it never run at the same time; null = the track's own. */
  readonly lock: string | null
  /** Variables nothing else of the app sees. */
  readonly variables: readonly string[]
  /** While it is looked for what is pending: variable → the variable whose value it gets. */
  readonly pendingVariables: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export interface OneOffSpec {
  readonly name: string
  readonly command: CommandSpec
  /** Asks for a tick each time. */
  readonly destructive: boolean
  /** What tells what it would do, and does nothing. */
  readonly dryRun: CommandSpec | null
  readonly timeoutMs: number
}

export interface ScheduledCommandSpec extends OneOffSpec {
  readonly cron: string
  readonly timezone: string
  readonly overlap: 'skip' | 'queue' | 'allow'
  /** How long after its time it may still be started. */
  readonly lateMs: number
  /** Where it runs; empty = every environment of the app. */
  readonly environments: readonly string[]
}

export interface VariableSpec {
  readonly name: string
  readonly type: 'string' | 'number' | 'boolean' | 'url'
  readonly required: boolean
  readonly secret: boolean
  readonly default: string | null
  readonly since: string | null
  readonly description: string
}

// ---- environments ---------------------------------------------------------------------------------------------------

export interface EnvironmentSpec {
  readonly name: string
  readonly displayName: string
  readonly region: string | null
  /** Apps that run here. */
  readonly apps: readonly string[]
  readonly target: TargetSpec
  readonly url: string | null
  /** Domains visitors use, of all apps here. */
  readonly hosts: readonly string[]
  /** The same by app, so that several apps of one environment can be reached: each app's first is the default Host header of its health checks. */
  readonly hostsOf: Readonly<Record<string, readonly string[]>>
  readonly variables: Readonly<Record<string, string>>
  /** Instances per app and process here, over what the app says: `scale['shop']['web']`. */
  readonly scale: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Environments that must have succeeded with the release first; they make the waves. */
  readonly needs: readonly string[]
  readonly triggers: EnvironmentTriggers
  readonly protection: ProtectionSpec
  readonly policies: PolicySpec
}

/** `options` are checked against the schema that the driver hands in. */
export interface TargetSpec {
  readonly driver: string
  readonly options: Readonly<Record<string, unknown>>
}

export interface EnvironmentTriggers {
  /** Branches whose pushes deploy here. */
  readonly push: readonly string[]
  readonly tags: readonly string[]
  readonly releasePublished: boolean
  /** After these environments succeeded, and stayed so for a while. */
  readonly after: readonly {
    readonly environment: string
    readonly verifiedForMs: number
    readonly smokePassed: boolean
  }[]
  readonly schedules: readonly { readonly cron: string; readonly timezone: string }[]
}

export interface ProtectionSpec {
  /** How many people must say yes to the plan; 0 = none. */
  readonly approvals: number
  readonly approvers: readonly string[]
  readonly selfApproval: boolean
  readonly expiresMs: number
  /** Checks that must have passed for this very commit (X21). */
  readonly requireChecks: readonly string[]
}

/** requirements section 10, X1–X21. */
export interface PolicySpec {
  readonly rollback: 'allowed' | 'automatic_only' | 'forbidden' // X1
  readonly concurrency: 'queue' | 'latest' | 'supersede' // X2
  readonly lockScope:
    | { readonly kind: 'app' }
    | { readonly kind: 'hosts' }
    | { readonly kind: 'named'; readonly name: string } // X2
  readonly runTimeoutMs: number // X3
  readonly queueTimeout: { readonly afterMs: number | null; readonly action: 'abort' | 'continue' } // X3
  readonly migrations: 'forbid_pending' | 'before' | 'on_release_start' | 'after' | 'manual' // X4
  readonly backupBeforeMigrate: 'on' | 'off' | 'if_pending' // X5
  readonly artifact: 'source_release' | 'image' // X7
  readonly configBinding: 'revision' | 'environment' // X9
  readonly onPartialFailure: 'continue' | 'stop_remaining' | 'roll_back_all' // X10
  readonly processOrder: readonly string[] // X11; empty = web first, then the others as written
  readonly strategy: StrategySpec // X12
  readonly oneOffProtection: 'environment' | 'none' // X14
  readonly static: 'release_dir' | 'image' | 'shared_dir' // X15
  readonly permissions: Readonly<Partial<Record<Permission, readonly string[]>>> // X18
  readonly cancel: 'never' | 'manual' | 'supersede' // X19
  readonly access: 'public' | 'basic_auth' | 'unsaid' // X20; see `accessOf`
  readonly freezes: readonly FreezeSpec[]
  readonly bakeMs: number
  readonly breaker: BreakerSpec
  readonly holdUntilPromotedTo: string | null // C30
  readonly smoke: readonly StepSpec[]
  /** Names of project secrets the smoke steps may see. */
  readonly smokeSecrets: readonly string[]
}

/** When a release that is being rolled out, or watched, counts as bad. */
export interface BreakerSpec {
  /** Failed starts and falls of its instances; null = half of what is to run, between 3 and 200. */
  readonly failures: number | null
  /** Share of failed requests, over that of the release before. */
  readonly ratio: number
  /** Fewer requests than this are not judged. */
  readonly requests: number
  /** How many times slower the slowest hundredth may be; null = it does not matter. */
  readonly latency: number | null
}

export type StrategySpec =
  | { readonly kind: 'start_first'; readonly batch: number }
  | { readonly kind: 'stop_start' }
  | { readonly kind: 'reload'; readonly signal: 'SIGHUP' | 'SIGUSR2' }
  | { readonly kind: 'immutable' }

export interface FreezeSpec {
  readonly cron: string
  readonly durationMs: number
  readonly timezone: string
  readonly reason: string
}

// ---- notices --------------------------------------------------------------------------------------------------------

export interface NotifySpec {
  readonly channel: ChannelName
  /** As written: `$NAME` stands for a project secret, opened when something is sent. */
  readonly to: string
  readonly events: readonly string[]
  /** Empty = everywhere. */
  readonly environments: readonly string[]
  /** Names of project secrets. */
  readonly signedWith: readonly string[]
  /** What a person is called there, by the name of their token. */
  readonly people: Readonly<Record<string, string>>
}

export type ChannelName = 'webhook' | 'slack' | 'email' | 'command'
