import type {
  AppSpec,
  EnvironmentSpec,
  JobSpec,
  PolicySpec,
  ProcessSpec,
  ProjectSpec,
  ScheduledCommandSpec,
  StrategySpec,
} from '../../../../src/domain/spec.ts'
import { appSpec, checkSpec, environmentSpec, policies, processSpec } from '../../../helpers/spec.ts'
import type { Random } from '../../kit/random.ts'

/** What a commit's configuration says, as far as it differs from commit to commit and from seed to seed. */
export interface Shape {
  readonly project: string
  readonly apps: readonly string[]
  /** Environments in pairs: the first on every push to main, the second after it and with a person's yes. */
  readonly pairs: number
  readonly web: number
  readonly webIsSingleton: boolean
  readonly worker: number
  readonly beat: boolean
  readonly checks: number
  /** Every environment requires the checks; then a run succeeds without them. */
  readonly requires: boolean
  readonly retries: number
  readonly migrations: PolicySpec['migrations'] | null
  /** What is run to migrate; the world knows how each ends. */
  readonly migrate: (typeof migrateWords)[number]
  /** What migrations share, also with those of other projects. */
  readonly migrationLock: string | null
  readonly strategy: StrategySpec
  readonly approvals: number
  /** Who may approve; empty = everybody. */
  readonly approvers: readonly string[]
  readonly expiresMs: number
  readonly queueTimeoutMs: number | null
  readonly runTimeoutMs: number
  readonly needsColor: boolean
  readonly cancel: PolicySpec['cancel']
  /** How long a release is watched, and whether it has smoke steps. */
  readonly bakeMs: number
  readonly smoke: boolean
  readonly concurrency: PolicySpec['concurrency']
  readonly lockScope: PolicySpec['lockScope']
  readonly atQueueLimit: PolicySpec['queueTimeout']['action']
  /** Staging waits until what it runs has gone on to production. */
  readonly holds: boolean
  /** The clock freezes production for a while, again and again. */
  readonly freezes: boolean
  readonly backup: PolicySpec['backupBeforeMigrate']
  /** What happens to a tick of the app's schedule while the one before still runs; null = it has no schedule. */
  readonly overlap: ScheduledCommandSpec['overlap'] | null
}

export const migrateWords = ['migrate', 'migrate-in-vain', 'migrate-for-ever'] as const

/** The people there are. */
export const people = ['ada', 'grace', 'edsger'] as const

/** The roles they have, and keep. */
export const rolesOf: Readonly<Record<(typeof people)[number], readonly string[]>> = {
  ada: ['lead'],
  grace: ['lead', 'tester'],
  edsger: ['tester'],
}

/** Never so few that nobody is left to say yes. */
function drawApprovers(random: Random): readonly string[] {
  return random.stream('approvers').pick([[], [], ['role:lead'], ['ada', 'role:tester']])
}

export function drawShape(random: Random, project: string, size: number): Shape {
  const trial = random.stream('trial')
  const queue = random.stream('queue')
  const isBrokenOff = queue.chance(0.5)
  return {
    project,
    concurrency: queue.pick(['queue', 'queue', 'latest', 'supersede'] as const),
    lockScope: queue.pick([
      { kind: 'app' },
      { kind: 'app' },
      { kind: 'hosts' },
      { kind: 'named', name: 'db' },
    ] as const),
    atQueueLimit: queue.pick(['abort', 'continue'] as const),
    apps: random.chance(0.25) ? ['shop', 'api'] : ['shop'],
    pairs: random.chance(size > 4 ? 0.3 : 0.1) ? 2 : 1,
    web: random.between(1, 3),
    webIsSingleton: random.chance(0.1),
    worker: random.pick([0, 0, 1, 2]),
    beat: random.chance(0.4),
    checks: random.pick([0, 1, 1, 2]),
    requires: random.stream('required checks').chance(0.15),
    retries: random.pick([0, 1]),
    migrations: drawMigrations(random),
    migrate: 'migrate',
    migrationLock: random.stream('migration lock').pick([null, null, 'db']),
    strategy: random.pick([
      { kind: 'start_first', batch: 1 },
      { kind: 'start_first', batch: 1 },
      { kind: 'start_first', batch: 2 },
      { kind: 'stop_start' },
      { kind: 'immutable' },
      { kind: 'reload', signal: 'SIGHUP' },
    ] as const),
    approvals: random.pick([1, 1, 1, 2, 0]),
    approvers: drawApprovers(random),
    expiresMs: random.pick([20_000, 60_000, 120_000]),
    queueTimeoutMs: random.pick([null, null, 45_000]),
    runTimeoutMs: random.pick([40_000, 90_000, 180_000]),
    needsColor: random.chance(0.1),
    cancel: random.chance(0.1) ? 'never' : isBrokenOff ? 'supersede' : 'manual',
    bakeMs: trial.pick([0, 0, 2500, 5000]),
    smoke: trial.chance(0.3),
    ...drawWays(random),
  }
}

function drawMigrations(random: Random): Shape['migrations'] {
  const usual = random.pick([null, null, 'on_release_start', 'after', 'before'] as const)
  const isStrict = random.stream('strict').chance(0.3)
  return usual === null || !isStrict ? usual : random.stream('strict').pick(['manual', 'forbid_pending'] as const)
}

type Ways = Pick<Shape, 'holds' | 'freezes' | 'backup' | 'overlap'>

function drawWays(random: Random): Ways {
  const own = random.stream('ways')
  return {
    holds: own.chance(0.08),
    freezes: own.chance(0.08),
    backup: own.pick(['off', 'on', 'if_pending']),
    overlap: own.pick([null, null, null, null, 'skip', 'queue', 'allow']),
  }
}

const mutable = [
  ...(['web', 'worker', 'beat', 'checks', 'migrations', 'strategy', 'approvals', 'pairs', 'webIsSingleton'] as const),
]

/** The configuration of the next commit: mostly as it was, now and then with something changed. */
export function changedShape(shape: Shape, random: Random): Shape {
  const next = drawShape(random, shape.project, 1)
  const kept = { apps: shape.apps, pairs: shape.pairs }
  const key = random.pick(mutable)
  if (key === 'pairs') return { ...shape, pairs: shape.pairs === 1 ? 2 : 1 }
  return { ...shape, ...kept, [key]: next[key] }
}

/** Somebody lowers what guards production, or raises it, beside whatever else the commit changes. */
export function reguarded(shape: Shape, random: Random): Shape {
  return { ...shape, approvals: random.pick([0, 1, 2]), approvers: drawApprovers(random) }
}

export function specOf(shape: Shape): ProjectSpec {
  const pairs = Array.from({ length: shape.pairs }, (_, index) => (index === 0 ? '' : '-eu'))
  return {
    project: shape.project,
    triggers: {
      push: { branches: ['main', 'release/*'], paths: [] },
      pullRequest: null,
      tags: ['v*'],
      releasePublished: false,
      schedules: [],
      manual: true,
    },
    checks: checksOf(shape),
    apps: shape.apps.map((name) => appOf(shape, name)),
    environments: pairs.flatMap((suffix) => [staging(shape, suffix), production(shape, suffix)]),
    notify: [],
  }
}

function checksOf({ checks, retries, requires }: Shape): readonly JobSpec[] {
  const matrix = { axes: { node: ['24', '26'] }, include: [], exclude: [], failFast: true }
  const all = [
    checkSpec({ name: 'lint', timeoutMs: 20_000, retries, continueOnError: requires }),
    checkSpec({ name: 'test', timeoutMs: 20_000, retries, needs: ['lint'], matrix, continueOnError: requires }),
  ]
  return all.slice(0, checks)
}

function appOf(shape: Shape, name: string): AppSpec {
  return appSpec({
    name,
    directory: name,
    paths: shape.apps.length > 1 ? [`${name}/**`, 'signalbox.yml'] : [],
    build: { steps: [], env: {}, secrets: [], timeoutMs: 20_000, retries: shape.retries },
    processes: processesOf(shape),
    migrations:
      shape.migrations === null
        ? null
        : {
            adapter: 'command',
            command: [shape.migrate],
            pending: ['pending'],
            backup: ['backup'],
            keepBackups: 5,
            lock: shape.migrationLock,
            variables: [],
            pendingVariables: {},
            timeoutMs: 15_000,
          },
    schedules: schedulesOf(shape),
    variables: shape.needsColor
      ? [{ name: 'COLOR', type: 'string', required: true, secret: false, default: null, since: null, description: '' }]
      : [],
  })
}

function schedulesOf({ overlap }: Shape): readonly ScheduledCommandSpec[] {
  if (overlap === null) return []
  const command = { name: 'tidy', command: ['tidy'], destructive: false, dryRun: null, timeoutMs: 10_000 }
  return [{ ...command, cron: '* * * * *', timezone: 'UTC', overlap, lateMs: 20_000, environments: [] }]
}

const health = {
  probe: { kind: 'tcp' },
  startPeriodMs: 4000,
  intervalMs: 250,
  timeoutMs: 500,
  passes: 1,
  failures: 2,
} as const
/** Longer answers may be cut when an instance has to go. */
export const drainMs = 4000
const stop = { signal: 'SIGTERM', graceMs: 1500, drainMs } as const

function processesOf({ web, webIsSingleton, worker, beat }: Shape): readonly ProcessSpec[] {
  const all = [
    processSpec({ name: 'web', instances: webIsSingleton ? 1 : web, singleton: webIsSingleton, health, stop }),
    processSpec({ name: 'worker', instances: worker, health, stop }),
    processSpec({ name: 'beat', instances: 1, singleton: true, health, stop }),
  ]
  return all.filter(({ name }) => (name !== 'worker' || worker > 0) && (name !== 'beat' || beat))
}

/** Few requests have to be enough: visitors are few. */
const breaker = { failures: null, ratio: 0.3, requests: 3, latency: null } as const
const smokeStep = {
  name: 'smoke',
  run: 'smoke',
  directory: '.',
  env: {},
  timeoutMs: null,
  retries: 0,
  continueOnError: false,
}

function policiesOf(shape: Shape): PolicySpec {
  const { migrations, strategy, runTimeoutMs, queueTimeoutMs, cancel, bakeMs } = shape
  return {
    ...policies,
    strategy,
    cancel,
    bakeMs,
    backupBeforeMigrate: shape.backup,
    breaker,
    smoke: shape.smoke ? [smokeStep] : [],
    runTimeoutMs,
    migrations: migrations ?? 'on_release_start',
    queueTimeout: { afterMs: queueTimeoutMs, action: shape.atQueueLimit },
    concurrency: shape.concurrency,
    lockScope: shape.lockScope,
  }
}

function requiredOf(shape: Shape): readonly string[] {
  return shape.requires ? checksOf(shape).map(({ name }) => name) : []
}

const unprotected = { approvals: 0, approvers: [], selfApproval: true, expiresMs: 2_592_000_000 } as const

function staging(shape: Shape, suffix: string): EnvironmentSpec {
  const name = `staging${suffix}`
  return environmentSpec({
    name,
    apps: shape.apps,
    ...hostsOf(shape, name),
    url: `https://${name}.${shape.project}.test`,
    triggers: { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] },
    protection: { ...unprotected, requireChecks: requiredOf(shape) },
    policies: { ...policiesOf(shape), holdUntilPromotedTo: shape.holds ? `production${suffix}` : null },
  })
}

/** Twenty seconds of every minute. */
const freeze = { cron: '* * * * *', durationMs: 20_000, timezone: 'UTC', reason: 'rush hour' }

function production(shape: Shape, suffix: string): EnvironmentSpec {
  const name = `production${suffix}`
  const after = [{ environment: `staging${suffix}`, verifiedForMs: 0, smokePassed: false }]
  const { approvals, approvers, expiresMs } = shape
  return environmentSpec({
    name,
    apps: shape.apps,
    ...hostsOf(shape, name),
    url: `https://${name}.${shape.project}.test`,
    needs: [`staging${suffix}`],
    triggers: { push: [], tags: [], releasePublished: false, after, schedules: [] },
    protection: { approvals, approvers, selfApproval: true, expiresMs, requireChecks: requiredOf(shape) },
    policies: { ...policiesOf(shape), freezes: shape.freezes ? [freeze] : [] },
  })
}

function hostsOf({ project, apps }: Shape, environment: string): Pick<EnvironmentSpec, 'hosts' | 'hostsOf'> {
  const hosts = apps.map((app) => [app, [`${app}.${environment}.${project}.test`]] as const)
  return { hosts: hosts.flatMap(([, names]) => names), hostsOf: Object.fromEntries(hosts) }
}
