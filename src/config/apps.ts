import type {
  AppSpec,
  BuildSpec,
  CommandSpec,
  ImageSpec,
  MigrationSpec,
  OneOffSpec,
  ProcessSpec,
  VariableSpec,
} from '../domain/spec.ts'
import { never } from '../lib/never.ts'
import { healthOf, onlyTimes, usualProbe } from './health.ts'
import { stepOf } from './jobs.ts'
import type { Procfile } from './procfile.ts'
import type { AppEntry, ProcessEntry } from './schema.ts'

/** A Procfile stands in for processes and migrations that the file does not name. */
export function appOf(name: string, entry: AppEntry, procfile: Procfile | null): AppSpec {
  return {
    name,
    directory: entry.directory,
    paths: entry.paths,
    version: entry.version,
    build: entry.build === undefined ? null : buildOf(entry.build, entry.directory),
    image: entry.image === undefined ? null : imageOf(entry.image),
    processes: Object.entries(entry.processes ?? procfile?.processes ?? {}).map(([process, given]) =>
      processOf(process, given),
    ),
    static: entry.static.map(({ url, directory, max_age }) => ({
      url,
      directory,
      maxAgeS: Math.round(max_age / 1000),
    })),
    shared: entry.shared,
    migrations: migrationOf(entry.migrations ?? procfile?.release ?? null),
    commands: Object.entries(entry.commands).map(([command, given]) => oneOffOf(command, given)),
    schedules: Object.entries(entry.schedules).map(([schedule, given]) => ({
      ...oneOffOf(schedule, given),
      cron: given.cron,
      timezone: given.timezone,
      overlap: given.overlap,
      lateMs: given.late,
      environments: given.environments,
    })),
    variables: Object.entries(entry.variables).map(([variable, given]) => variableOf(variable, given)),
    queues: entry.queues,
    draftRelease: entry.draft_release === undefined ? null : { tagPrefix: entry.draft_release.tag_prefix },
    keepReleases: entry.keep_releases,
  }
}

/** A singleton is one, whatever the file says beside it; a rule points that out. */
function processOf(name: string, entry: ProcessEntry): ProcessSpec {
  return {
    name,
    command: entry.command,
    instances: entry.singleton ? Math.min(1, entry.instances) : entry.instances,
    singleton: entry.singleton,
    health: healthOf(entry.health ?? onlyTimes, usualProbe(name)),
    stop: { signal: entry.stop.signal, graceMs: entry.stop.grace, drainMs: entry.stop.drain },
    env: entry.env,
    consumes: entry.consumes,
  }
}

function buildOf(entry: NonNullable<AppEntry['build']>, directory: string): BuildSpec {
  return {
    steps: entry.steps.map((step) => stepOf(step, directory)),
    env: entry.env,
    secrets: entry.secrets,
    timeoutMs: entry.timeout,
    retries: entry.retries,
  }
}

function imageOf(entry: NonNullable<AppEntry['image']>): ImageSpec {
  const { repository, dockerfile, context, companions, build_arguments: buildArguments } = entry
  return { repository, dockerfile, context, companions, buildArguments }
}

function oneOffOf(name: string, entry: AppEntry['commands'][string]): OneOffSpec {
  const { command, destructive, dry_run: dryRun = null, timeout: timeoutMs } = entry
  return { name, command, destructive, dryRun, timeoutMs }
}

function variableOf(name: string, entry: NonNullable<AppEntry['variables']>[string]): VariableSpec {
  const blank = {
    name,
    type: 'string',
    required: false,
    secret: false,
    default: null,
    since: null,
    description: '',
  } as const
  if (entry === 'required') return { ...blank, required: true }
  if (entry === 'optional') return blank
  if (entry === 'secret') return { ...blank, required: true, secret: true }
  const { type, required, secret } = entry
  return {
    ...{ name, type, required, secret },
    default: entry.default ?? null,
    since: entry.since ?? null,
    description: entry.description ?? '',
  }
}

type Adapter = MigrationSpec['adapter']
type MigrationEntry = NonNullable<AppEntry['migrations']>

function migrationOf(entry: MigrationEntry | null): MigrationSpec | null {
  if (entry === null) return null
  if (typeof entry === 'string' && isAdapter(entry)) return withDefaults({ adapter: entry })
  if (typeof entry === 'string' || Array.isArray(entry)) return withDefaults({ adapter: 'command', command: entry })
  return withDefaults(entry)
}

function withDefaults(entry: Partial<Exclude<MigrationEntry, CommandSpec>> & { adapter: Adapter }): MigrationSpec {
  const known = migrationCommands(entry.adapter)
  return {
    adapter: entry.adapter,
    // A rule has refused an adapter `command` without one.
    command: entry.command ?? known.command,
    pending: entry.pending ?? known.pending,
    backup: entry.backup ?? null,
    keepBackups: entry.keep_backups ?? 5,
    lock: entry.lock ?? null,
    variables: entry.variables ?? [],
    pendingVariables: entry.pending_variables ?? {},
    timeoutMs: entry.timeout ?? 600_000,
  }
}

function isAdapter(word: string): word is Exclude<Adapter, 'command'> {
  return ['django', 'rails', 'alembic', 'prisma', 'knex', 'drizzle'].includes(word)
}

interface MigrationCommands {
  readonly command: string
  readonly pending: string | null
}

/** What the frameworks' own documentation says; the file may give others. */
function migrationCommands(adapter: Adapter): MigrationCommands {
  switch (adapter) {
    case 'command':
      return { command: '', pending: null }
    case 'django':
      return { command: 'python3 manage.py migrate --noinput', pending: 'python3 manage.py migrate --check' }
    case 'rails':
      return { command: 'bin/rails db:migrate', pending: 'bin/rails db:abort_if_pending_migrations' }
    case 'alembic':
      return { command: 'alembic upgrade head', pending: null }
    case 'prisma':
      return { command: 'npx prisma migrate deploy', pending: 'npx prisma migrate status' }
    case 'knex':
      return { command: 'npx knex migrate:latest', pending: null }
    case 'drizzle':
      return { command: 'npx drizzle-kit migrate', pending: null }
    default:
      return never(adapter)
  }
}
