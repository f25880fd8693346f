import type {
  AppSpec,
  EnvironmentSpec,
  JobSpec,
  MigrationSpec,
  PolicySpec,
  ProcessSpec,
  ProjectSpec,
  VariableSpec,
} from '../../src/domain/spec.ts'

/** Specs as `config/` would make them, with everything left at its default that a test does not name. */

export const policies: PolicySpec = {
  rollback: 'allowed',
  concurrency: 'queue',
  lockScope: { kind: 'app' },
  runTimeoutMs: 900_000,
  queueTimeout: { afterMs: null, action: 'abort' },
  migrations: 'on_release_start',
  backupBeforeMigrate: 'off',
  artifact: 'source_release',
  configBinding: 'environment',
  onPartialFailure: 'continue',
  processOrder: [],
  strategy: { kind: 'start_first', batch: 1 },
  oneOffProtection: 'environment',
  static: 'release_dir',
  permissions: {},
  cancel: 'manual',
  access: 'public',
  freezes: [],
  bakeMs: 0,
  breaker: { failures: null, ratio: 0.05, requests: 20, latency: 3 },
  holdUntilPromotedTo: null,
  smoke: [],
  smokeSecrets: [],
}

export function processSpec(given: Partial<ProcessSpec> & Pick<ProcessSpec, 'name'>): ProcessSpec {
  return {
    command: ['true'],
    instances: 1,
    singleton: false,
    health: {
      probe: { kind: 'tcp' },
      startPeriodMs: 5_000,
      intervalMs: 20,
      timeoutMs: 1_000,
      passes: 1,
      failures: 3,
    },
    stop: { signal: 'SIGTERM', graceMs: 1_000, drainMs: 1_000 },
    env: {},
    consumes: [],
    ...given,
  }
}

export function migrationSpec(given: Partial<MigrationSpec> = {}): MigrationSpec {
  return {
    ...{ adapter: 'command', command: 'migrate', pending: null, backup: null, keepBackups: 2 },
    ...{ lock: null, variables: [], pendingVariables: {}, timeoutMs: 5_000 },
    ...given,
  }
}

export function appSpec(given: Partial<AppSpec> & Pick<AppSpec, 'name'>): AppSpec {
  return {
    directory: '.',
    paths: [],
    version: 'sha7',
    build: null,
    image: null,
    processes: [processSpec({ name: 'web', instances: 2 }), processSpec({ name: 'worker' })],
    static: [],
    shared: [],
    migrations: null,
    commands: [],
    schedules: [],
    variables: [],
    queues: [],
    draftRelease: null,
    ...given,
  } as AppSpec
}

export function variableSpec(given: Partial<VariableSpec> & Pick<VariableSpec, 'name'>): VariableSpec {
  return { type: 'string', required: false, secret: false, default: null, since: null, description: '', ...given }
}

/** Each app has a host of its own, the first that of the environment: two that share one fight over it. */
export function environmentSpec(given: Partial<EnvironmentSpec> & Pick<EnvironmentSpec, 'name'>): EnvironmentSpec {
  const [, ...others] = given.apps ?? []
  return {
    displayName: given.name,
    region: null,
    apps: ['shop'],
    target: { driver: 'model', options: {} },
    url: null,
    hosts: [`${given.name}.test`],
    hostsOf: Object.fromEntries(others.map((app) => [app, [`${app}.${given.name}.test`]])),
    variables: {},
    scale: {},
    needs: [],
    triggers: { push: [], tags: [], releasePublished: false, after: [], schedules: [] },
    protection: { approvals: 0, approvers: [], selfApproval: true, expiresMs: 2_592_000_000, requireChecks: [] },
    policies,
    ...given,
  } as EnvironmentSpec
}

export function checkSpec(given: Partial<JobSpec> & Pick<JobSpec, 'name'>): JobSpec {
  return {
    needs: [],
    steps: [],
    matrix: null,
    services: [],
    env: {},
    secrets: [],
    paths: [],
    timeoutMs: 600_000,
    retries: 0,
    continueOnError: false,
    ...given,
  } as JobSpec
}

/** One app `shop`, checks, staging by itself on a push to main, production after it with one approval. */
export function projectSpec(given: Partial<ProjectSpec> = {}): ProjectSpec {
  return {
    project: 'shop',
    triggers: {
      push: { branches: ['main'], paths: [] },
      pullRequest: null,
      tags: [],
      releasePublished: false,
      schedules: [],
      manual: true,
    },
    checks: [checkSpec({ name: 'test' })],
    apps: [appSpec({ name: 'shop' })],
    environments: [
      environmentSpec({
        name: 'staging',
        triggers: { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] },
      }),
      environmentSpec({
        name: 'production',
        needs: ['staging'],
        triggers: {
          push: [],
          tags: [],
          releasePublished: false,
          after: [{ environment: 'staging', verifiedForMs: 0, smokePassed: false }],
          schedules: [],
        },
        protection: { approvals: 1, approvers: [], selfApproval: true, expiresMs: 2_592_000_000, requireChecks: [] },
      }),
    ],
    notify: [],
    ...given,
  }
}
