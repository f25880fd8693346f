import { z } from 'zod'
import { noticeEvents } from '../domain/notice.ts'
import { permissions } from '../domain/permission.ts'
import {
  byName,
  command,
  count,
  cron,
  duration,
  flag,
  folder,
  glob,
  host,
  httpUrl,
  key,
  keys,
  listOf,
  many,
  mappingOf,
  name,
  openKeys,
  person,
  port,
  script,
  short,
  text,
  texts,
  timezone,
  urlPath,
  variableName,
  word,
} from './parts.ts'

/**
 * Every key of `signalbox.yml`: what it may hold, its default, an example and a sentence. The only such list: the types,
 * the JSON Schema, docs/reference/config.md and the paths of errors come from here. What the keys make together is
 * decided in the files beside this one; what they must agree on is in rules/.
 */

// ---- jobs -----------------------------------------------------------------------------------------------------------

const stepPhrase = 'a shell command, or a mapping with `run`'

const step = short(
  'run',
  {
    name: key('What logs call it. Left out: the first line of `run`.', 'unit tests', word.optional()),
    run: key('A shell script, run by `sh -e`. The first command that fails ends it.', 'npm test', script),
    directory: key('Folder to run in, below the directory of the job.', 'packages/api', folder.prefault('.')),
    env: key('Environment variables of this step.', { NODE_ENV: 'test' }, texts.default({})),
    timeout: key('Ends the step. The limit of the job holds in any case.', '5m', duration.optional()),
    retries: key('How often to try again when it fails.', 1, count(0, 10).default(0)),
    continue_on_error: key('Go on with the next step when it fails.', true, flag.default(false)),
  },
  stepPhrase,
).meta({ id: 'step' })

const anySteps = many(step, stepPhrase)
const steps = anySteps.refine((list) => list.length > 0, { error: 'at least one step' })

const httpProbe = z.union(
  [
    urlPath.transform((path) => ({ path, host: undefined, expect: undefined })),
    keys({
      path: key('Path to ask for.', '/healthz', urlPath),
      host: key('`Host` header. Left out: the first host of the environment.', 'shop.example.org', host.optional()),
      expect: key('The statuses that pass.', [200, 204], many(count(100, 599), 'a status such as 200').optional()),
    }),
  ],
  { error: 'a path such as /healthz, or a mapping with `path`' },
)

export const healthMapping = keys({
  http: key('Ask over HTTP: a path, or a mapping with `path`, `host` and `expect`.', '/healthz', httpProbe.optional()),
  tcp: key('Only see whether the port accepts connections.', true, z.literal(true, { error: 'true' }).optional()),
  command: key('Run a command in the release; exit code 0 passes.', 'bin/healthy', command.optional()),
  process: key(
    'Only see whether it still runs after the start period. Shown as unverified.',
    true,
    z.literal(true, { error: 'true' }).optional(),
  ),
  start_period: key(
    'Time from the start until the first pass; failures within it do not count. Left out: 60s, and 3s for `process`.',
    '90s',
    duration.optional(),
  ),
  interval: key(
    'Time between two probes of a running instance. A starting one is probed faster.',
    '10s',
    duration.prefault('5s'),
  ),
  timeout: key('How long one probe may take.', '2s', duration.prefault('5s')),
  passes: key('Passes in a row before visitors are sent there.', 2, count(1, 100).default(1)),
  failures: key('Failures in a row before a running instance counts as unhealthy.', 5, count(1, 100).default(3)),
})

const health = z
  .union([urlPath, z.enum(['tcp', 'process']), healthMapping], {
    error: 'a path such as /healthz, tcp, process, or a mapping with http, tcp, command or process',
  })
  .meta({ id: 'health' })

const service = keys({
  command: key(
    'A command of the machine, run for the length of the job.',
    'redis-server --port 6379',
    command.optional(),
  ),
  image: key('A container image, where a container engine is there.', 'mariadb:10.11', word.optional()),
  ports: key('Ports it listens on.', [3306], listOf(port, 'ports').default([])),
  env: key('Environment variables of the service.', { MARIADB_DATABASE: 'test' }, texts.default({})),
  health: key(
    'When it is ready; the steps wait for it. Left out: its first port accepts connections.',
    { command: 'rabbitmq-diagnostics ping', interval: '10s' },
    health.optional(),
  ),
}).meta({ id: 'service' })

const cell = z.record(variableName, text, { error: 'a mapping from axes to values' })

const cells = listOf(cell, 'cells').default([])

const matrix = openKeys(
  {
    include: key('Cells to add.', [{ python: '3.13', experimental: 'yes' }], cells),
    exclude: key('Cells to leave out: those with all of these values.', [{ python: '3.11', db: 'mysql' }], cells),
    fail_fast: key('One failing cell stops the others.', false, flag.default(true)),
  },
  z.array(text, { error: 'a list of values' }).meta({ description: 'An axis and its values.' }),
  'a mapping from axes to lists of values',
).meta({ id: 'matrix' })

const job = short(
  'steps',
  {
    steps: key('What to run, in one fresh workspace of exactly the commit.', ['npm ci', 'npm test'], steps),
    directory: key('Folder that the steps start in.', 'api', folder.prefault('.')),
    needs: key('Checks that must pass first.', ['lint'], many(name, 'the name of a check').default([])),
    matrix: key(
      'Runs the job once for each combination of values, given to it as MATRIX_<AXIS>.',
      { python: ['3.11', '3.12'] },
      matrix.optional(),
    ),
    services: key(
      'Throw-away servers beside the job, by name.',
      { redis: { command: 'redis-server --port 6379', ports: [6379] } },
      byName(service, 'services').default({}),
    ),
    env: key('Environment variables of all steps.', { CI: 'true' }, texts.default({})),
    secrets: key(
      'Project secrets this job may see, by name.',
      ['CI_SECRET_KEY'],
      many(variableName, 'the name of a secret').default([]),
    ),
    paths: key(
      'Run only when the change touches one of these. A check left out counts as passed.',
      ['api/**', '!**.md'],
      many(glob, 'a pattern').default([]),
    ),
    timeout: key('Ends the job. Waiting for its turn does not count.', '20m', duration.prefault('10m')),
    retries: key('How often to try a failed job again.', 1, count(0, 10).default(0)),
    continue_on_error: key('Its failure does not fail the run.', true, flag.default(false)),
  },
  'steps, or a mapping with `steps`',
).meta({ id: 'check' })

// ---- triggers -------------------------------------------------------------------------------------------------------

const branches = key(
  'Branches, as patterns. Later ones have the last word, `!` takes back.',
  ['main', 'release/**'],
  many(glob, 'a branch').prefault(['**']),
)
const paths = key(
  'Only when the change touches one of these. A change is left out when all its paths are.',
  ['**', '!**.md'],
  many(glob, 'a pattern').prefault(['**']),
)
const everything = { branches: ['**'], paths: ['**'] }

const refFilter = z.union(
  [
    z.literal(true).transform(() => everything),
    many(glob, 'a branch').transform((given) => ({ ...everything, branches: given })),
    keys({ branches, paths }),
  ],
  { error: 'true, a branch, a list of branches, or a mapping with branches and paths' },
)

const activities = ['opened', 'synchronize', 'reopened', 'ready_for_review', 'closed', 'labeled'] as const
const defaultActivities: readonly (typeof activities)[number][] = [
  'opened',
  'synchronize',
  'reopened',
  'ready_for_review',
]
const external = ['approve', 'sandboxed', 'deny'] as const

const pullRequest = z.union(
  [
    z.literal(true).transform(() => ({ ...everything, types: [...defaultActivities], external: 'approve' as const })),
    keys({
      branches: key(
        'Branches that the pull request wants to change.',
        ['main'],
        many(glob, 'a branch').prefault(['**']),
      ),
      paths,
      types: key(
        'Which activities start a run.',
        ['opened', 'synchronize'],
        z.array(z.enum(activities)).default([...defaultActivities]),
      ),
      external: key(
        'What happens to code of people from outside: approve = wait for a yes to that very commit, sandboxed = run walled in, deny. Never with deploy secrets.',
        'sandboxed',
        z.enum(external).default('approve'),
      ),
    }),
  ],
  { error: 'true, or a mapping with branches, paths, types and external' },
)

const timer = {
  cron: key('Five fields as in a crontab.', '0 1 * * *', cron),
  timezone: key('Whose clock counts.', 'Europe/Berlin', timezone.default('UTC')),
}

const on = keys({
  push: key('A branch was pushed.', { branches: ['main'], paths: ['**', '!**.md'] }, refFilter.optional()),
  pull_request: key(
    'A pull request was opened or changed.',
    { branches: ['main'], external: 'approve' },
    pullRequest.optional(),
  ),
  tags: key('A tag was pushed.', ['v*'], many(glob, 'a tag').default([])),
  release: key(
    'A release was published with `signalbox releases publish`.',
    'published',
    z.literal('published', { error: 'published' }).optional(),
  ),
  schedule: key(
    'At these times, for the newest commit of a branch.',
    [{ cron: '0 1 * * *', branch: 'main' }],
    many(keys({ ...timer, branch: key('The branch.', 'main', word.default('main')) }), 'a mapping with `cron`').default(
      [],
    ),
  ),
  manual: key('A person may start a run by hand.', false, flag.default(true)),
})

// ---- apps -----------------------------------------------------------------------------------------------------------

const versionSchemes = ['sha40', 'sha7', 'date-sha', 'rel-datetime', 'timestamp'] as const
const signals = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const

const build = short(
  'steps',
  {
    steps: key('What to run before the workspace becomes the release.', ['npm ci', 'npm run build'], steps),
    env: key('Environment variables of the build.', { NODE_ENV: 'production' }, texts.default({})),
    secrets: key(
      'Project secrets the build may see.',
      ['NPM_TOKEN'],
      many(variableName, 'the name of a secret').default([]),
    ),
    timeout: key('Ends the build.', '20m', duration.prefault('10m')),
    retries: key('How often to try a failed build again.', 1, count(0, 10).default(0)),
  },
  'steps, or a mapping with `steps`',
).meta({ id: 'build' })

const imageRepository = word.regex(/^[a-z0-9][a-z0-9._:/-]*$/, {
  error: 'the repository of an image in lower case, without a tag',
})
const dockerfile = key(
  'File to build from, relative to `context`.',
  'deployment/Dockerfile',
  folder.prefault('Dockerfile'),
)
const context = key('Folder that is sent to the build, below the directory of the app.', 'api', folder.prefault('.'))
const repository = key('Repository of the image. The tag is the version.', 'ghcr.io/acme/shop', imageRepository)

const image = short(
  'repository',
  {
    repository,
    dockerfile,
    context,
    companions: key(
      'Images that are built and tagged together with this one.',
      [{ repository: 'ghcr.io/acme/shop-nginx', dockerfile: 'nginx.Dockerfile' }],
      listOf(keys({ repository, dockerfile, context }), 'companion images').default([]),
    ),
    build_arguments: key(
      'Arguments of the image build; `$VERSION` and `$COMMIT` are filled in.',
      { RELEASE: '$VERSION' },
      texts.default({}),
    ),
  },
  'the repository of an image, or a mapping with `repository`',
).meta({ id: 'image' })

const processShape = {
  command: key(
    'One line for sh, or a list of words. PORT tells a `web` process where to listen.',
    'node server.js',
    command,
  ),
  instances: key('How many run at once, unless an environment scales it.', 2, count(0, 1000).default(1)),
  singleton: key('Never two at once, not even while a new release replaces an old one.', true, flag.default(false)),
  health: key(
    'When an instance is well. Left out: `web` has to answer `/` with one of 200, 204, 301, 302, 303, 307, 308, 401, 403, 404; other processes have to keep running. A path alone has to answer 200 or 204.',
    '/healthz',
    health.optional(),
  ),
  stop: key(
    'How an instance is asked to end.',
    { signal: 'SIGINT', grace: '1m' },
    keys({
      signal: key('The signal that asks it.', 'SIGINT', z.enum(signals).default('SIGTERM')),
      grace: key('From that signal to SIGKILL.', '10m', duration.prefault('30s')),
      drain: key('How long requests in flight may go on once no new ones come.', '5m', duration.prefault('30s')),
    }).prefault({}),
  ),
  env: key('Environment variables of this process alone.', { QUEUES: 'mail' }, texts.default({})),
  consumes: key('Queues this process works off.', ['mail'], many(word, 'the name of a queue').default([])),
}

export const processEntry = short('command', processShape, 'a command, or a mapping with `command`').meta({
  id: 'process',
})

const adapters = ['command', 'django', 'rails', 'alembic', 'prisma', 'knex', 'drizzle'] as const

const migrations = z
  .union(
    [
      z.enum(adapters).exclude(['command']),
      command,
      keys({
        adapter: key(
          'A framework whose commands are known; `command` and `pending` then have defaults.',
          'django',
          z.enum(adapters).default('command'),
        ),
        command: key('Brings the database up to the release.', 'bin/migrate', command.optional()),
        pending: key(
          'Exits 0 when nothing is left to do, and 1 with a line for each migration that is. A framework is asked in its own way.',
          'bin/migrate --pending',
          command.optional(),
        ),
        backup: key(
          'Saves the database first, to the file named in SIGNALBOX_BACKUP_FILE.',
          'pg_dump --file "$SIGNALBOX_BACKUP_FILE" "$DATABASE_URL"',
          command.optional(),
        ),
        keep_backups: key('How many of the newest backups to keep.', 10, count(1, 1000).default(5)),
        lock: key(
          'Migrations with the same lock never run at the same time, wherever they are: give the same to apps and environments that share a database. Left out: one for each app and environment.',
          'orders-database',
          name.optional(),
        ),
        variables: key(
          'Variables only these commands see.',
          ['MIGRATION_DATABASE_URL'],
          many(variableName, 'the name of a variable').default([]),
        ),
        pending_variables: key(
          'Variables that get the value of another one while it is only looked for what is pending, so that looking can use an account that may only read.',
          { DATABASE_URL: 'DATABASE_URL_READ_ONLY' },
          z
            .record(variableName, variableName, {
              error: 'a mapping from variables to the variables whose values they get',
            })
            .default({}),
        ),
        timeout: key('Ends the migration.', '30m', duration.prefault('10m')),
      }),
    ],
    { error: 'django, rails, alembic, prisma, knex, drizzle, a command, or a mapping' },
  )
  .meta({ id: 'migrations' })

const oneOffShape = {
  command: key('What to run, in the release and with its variables.', 'bin/rebuild-index', command),
  destructive: key(
    'Refused unless whoever starts it says `--destructive`. A schedule needs no such word: whoever approved the release has given it.',
    true,
    flag.default(false),
  ),
  dry_run: key(
    'What `--dry-run` runs instead. It must change nothing.',
    'bin/rebuild-index --check',
    command.optional(),
  ),
  timeout: key('Ends the command.', '2h', duration.prefault('15m')),
}

const oneOff = short('command', oneOffShape, 'a command, or a mapping with `command`').meta({ id: 'oneOff' })

const scheduled = keys({
  ...oneOffShape,
  ...timer,
  overlap: key(
    'What happens when the last one still runs.',
    'queue',
    z.enum(['skip', 'queue', 'allow']).default('skip'),
  ),
  late: key(
    'How long after its time it may still be started, for instance when the server was away. Later than that the time is missed, and the record says so.',
    '6h',
    duration.prefault('10m'),
  ),
  environments: key(
    'Where it runs. Left out: everywhere the app does.',
    ['production'],
    many(name, 'the name of an environment').default([]),
  ),
}).meta({ id: 'schedule' })

const variable = z
  .union(
    [
      z.enum(['required', 'optional', 'secret']),
      keys({
        type: key(
          'What the value has to look like.',
          'url',
          z.enum(['string', 'number', 'boolean', 'url']).default('string'),
        ),
        required: key('Nothing is deployed where it has no value.', true, flag.default(false)),
        secret: key(
          'Its values are kept encrypted, are masked in logs, and may not stand in this file.',
          true,
          flag.default(false),
        ),
        default: key('The value where none is set.', 'info', text.optional()),
        since: key('The version that began to need it.', '20260105-g8a52aea', text.optional()),
        description: key('What it is for.', 'Where errors are sent', word.optional()),
      }),
    ],
    { error: 'required, optional, secret (which is also required), or a mapping' },
  )
  .meta({ id: 'variable' })

export const appEntry = keys({
  directory: key('Folder of the app in the repository.', 'api', folder.prefault('.')),
  paths: key(
    'Which changed paths make a new release. Left out: every change.',
    ['api/**', 'shared/**'],
    many(glob, 'a pattern').default([]),
  ),
  version: key(
    'How releases are named: the full SHA, 7 characters of it, date and SHA (20221019-g8a52aea), `rel-` with date and time, or a timestamp.',
    'sha7',
    z.enum(versionSchemes).default('date-sha'),
  ),
  build: key('Steps that make the release from the checked-out commit.', ['npm ci', 'npm run build'], build.optional()),
  image: key('The release is a container image.', 'ghcr.io/acme/shop', image.optional()),
  processes: key(
    'What runs, by name. `web` gets the visitors. Left out: what a Procfile at the root says.',
    { web: 'node server.js', worker: { command: 'node worker.js', singleton: true } },
    byName(processEntry, 'processes').optional(),
  ),
  static: key(
    'Files of the release that the edge serves by itself.',
    [{ url: '/static', directory: 'staticfiles', max_age: '7d' }],
    listOf(
      keys({
        url: key('Path under which they are reached.', '/static', urlPath),
        directory: key('Folder that holds them, below the directory of the app.', 'staticfiles', folder),
        max_age: key('How long browsers may keep them.', '7d', duration.prefault('1h')),
      }),
      'mappings with `url` and `directory`',
    ).default([]),
  ),
  shared: key(
    'Folders, or files such as a database, that outlive releases; below the directory of the app.',
    ['media'],
    many(folder, 'a folder').default([]),
  ),
  migrations: key('How the database follows the release.', 'django', migrations.optional()),
  commands: key(
    'Commands that people run by name.',
    { 'clear-cache': 'bin/clear-cache' },
    byName(oneOff, 'commands').default({}),
  ),
  schedules: key(
    'Commands that run by the clock.',
    { prune: { cron: '0 1 * * *', command: 'bin/prune' } },
    byName(scheduled, 'scheduled commands').default({}),
  ),
  variables: key(
    'Variables the app reads. Values stand in the environments or are set with `signalbox env set`.',
    { SECRET_KEY: 'secret', LOG_LEVEL: { default: 'info' } },
    z
      .record(variableName, variable, { error: 'a mapping from names to required, optional, secret or a mapping' })
      .default({}),
  ),
  queues: key(
    'Queues the app puts work into, so that one without a consumer is pointed out.',
    ['default', 'stats'],
    many(word, 'the name of a queue').default([]),
  ),
  draft_release: key(
    'Keeps a draft of the next release with the changes since the last one.',
    { tag_prefix: 'api-' },
    keys({ tag_prefix: key('What the tags of this app start with.', 'api-', word) }).optional(),
  ),
  keep_releases: key(
    'How many of the newest releases to keep, over those that are live.',
    10,
    count(1, 1000).default(5),
  ),
}).meta({ id: 'app' })

// ---- environments ---------------------------------------------------------------------------------------------------

const target = z
  .union(
    [
      word,
      openKeys(
        { driver: key('Kind of target.', 'ssh', word) },
        z.unknown().meta({ description: 'An option of the driver.' }),
        'a mapping with `driver`',
      ),
    ],
    { error: 'the name of a driver, or a mapping with `driver` and its options' },
  )
  .meta({ id: 'target' })

const environmentOn = keys({
  push: key('A run of a push to one of these branches succeeded.', ['main'], many(glob, 'a branch').default([])),
  tags: key('A run of one of these tags succeeded.', ['v*'], many(glob, 'a tag').default([])),
  release: key(
    'A release was published with `signalbox releases publish`.',
    'published',
    z.literal('published', { error: 'published' }).optional(),
  ),
  after: key(
    'The release succeeded in these environments, and stayed well for a while.',
    [{ environment: 'staging', verified_for: '30m', smoke_passed: true }],
    many(
      short(
        'environment',
        {
          environment: key('Its name.', 'staging', name),
          verified_for: key('How long it has to have stayed well there.', '30m', duration.prefault('0s')),
          smoke_passed: key('Its smoke steps have to have passed.', true, flag.default(false)),
        },
        'the name of an environment, or a mapping with `environment`',
      ),
      'an environment',
    ).default([]),
  ),
  schedule: key(
    'At these times.',
    [{ cron: '0 6 * * MON', timezone: 'Europe/Berlin' }],
    many(short('cron', timer, 'a cron expression, or a mapping with `cron`'), 'a cron expression').default([]),
  ),
})

const protection = keys({
  approvals: key('How many people must say yes to the plan.', 1, count(0, 20).default(0)),
  approvers: key(
    'Who may: user names, or `role:` with the name of a role. Left out: everybody with the permission.',
    ['ada', 'role:maintainer'],
    many(person, 'a user name').default([]),
  ),
  self_approval: key(
    'Whether whoever pushed the commit, or asked for the deployment, may approve it.',
    false,
    flag.optional(),
  ),
  expires: key('After this an unanswered deployment is over.', '7d', duration.prefault('30d')),
  require_checks: key(
    'Checks that must have passed for this very commit, whatever else started it.',
    ['test'],
    many(name, 'the name of a check').default([]),
  ),
})

const strategies = ['start_first', 'stop_start', 'reload', 'immutable'] as const
const moments = ['forbid_pending', 'before', 'on_release_start', 'after', 'manual'] as const

const sharePhrase = 'a number from 0 to 1'
const timesPhrase = 'a number from 0'

const breaker = keys({
  failures: key(
    'How often new instances may exit or fall ill, together. Left out: half as often as there are to run, at least 3, at most 200.',
    5,
    count(1, 10_000).optional(),
  ),
  ratio: key(
    'Share of requests that may fail on the new release, over that of the old one.',
    0.02,
    z.number({ error: sharePhrase }).min(0, { error: sharePhrase }).max(1, { error: sharePhrase }).default(0.05),
  ),
  requests: key('With fewer requests than this nothing is said of them.', 100, count(1, 1_000_000).default(20)),
  latency: key(
    'How many times slower the slowest hundredth of requests may be than on the old release. 0 = it does not matter.',
    5,
    z.number({ error: timesPhrase }).min(0, { error: timesPhrase }).default(3),
  ),
})

const smoke = short(
  'steps',
  {
    steps: key('What to run, one after the other.', ['npm ci', 'npm run smoke'], anySteps),
    secrets: key(
      'Project secrets they may see, by name. Those of the environment they never see.',
      ['SMOKE_TOKEN'],
      many(variableName, 'the name of a secret').default([]),
    ),
  },
  'steps, or a mapping with `steps`',
)

const policies = keys({
  rollback: key(
    'Going back to an older release: allowed, automatic_only (after a failed rollout), or forbidden.',
    'forbidden',
    z.enum(['allowed', 'automatic_only', 'forbidden']).default('allowed'),
  ),
  concurrency: key(
    'What a deployment that waits behind another does: queue = each in turn, latest = only the newest waits, supersede = a newer one ends the older.',
    'supersede',
    z.enum(['queue', 'latest', 'supersede']).default('queue'),
  ),
  lock_scope: key(
    'What only one deployment at a time may touch: the app in this environment, all environments on the same hosts, or all that give the same name.',
    { name: 'database' },
    z
      .union(
        [
          z.enum(['app', 'hosts']),
          keys({ name: key('Shared with every environment that gives the same.', 'database', name) }),
        ],
        { error: 'app, hosts, or a mapping with `name`' },
      )
      .default('app'),
  ),
  run_timeout: key(
    'Ends a deployment. Waiting for its turn or for approval does not count.',
    '30m',
    duration.prefault('15m'),
  ),
  queue_timeout: key(
    'How long a deployment may wait for its turn.',
    { after: '1h', action: 'abort' },
    z
      .union(
        [
          z.literal('none'),
          short(
            'after',
            {
              after: key('The time.', '1h', duration),
              action: key(
                'End it, or go on although the turn has not come.',
                'abort',
                z.enum(['abort', 'continue']).default('abort'),
              ),
            },
            'a duration, or a mapping with `after`',
          ),
        ],
        { error: 'none, a duration, or a mapping with `after` and `action`' },
      )
      .default('none'),
  ),
  migrations: key(
    'When migrations run. `before` and `after` need code and schema to get along for a while: `compatible: true` says that they do.',
    { when: 'before', compatible: true },
    z
      .union(
        [
          z.enum(moments),
          keys({
            when: key('The moment.', 'before', z.enum(moments)),
            compatible: key(
              'The old code works on the new schema (`before`), or the new code on the old one (`after`).',
              true,
              flag.default(false),
            ),
          }),
        ],
        { error: `${moments.join(', ')}, or a mapping with \`when\`` },
      )
      .default('on_release_start'),
  ),
  backup_before_migrate: key(
    'Left out: if_pending where an app has a backup command, else off.',
    'on',
    z.enum(['on', 'off', 'if_pending']).optional(),
  ),
  artifact: key(
    'Left out: image where every app has one, else source_release.',
    'image',
    z.enum(['source_release', 'image']).optional(),
  ),
  config_binding: key(
    'Which variables a rollback gets: those of back then (revision) or those of today (environment).',
    'revision',
    z.enum(['revision', 'environment']).default('environment'),
  ),
  on_partial_failure: key(
    'What becomes of the other apps of the commit, here and in the environments that have the same `needs`, when a rollout here fails: continue = they go on, stop_remaining = what has not begun does not begin, roll_back_all = what has gone there goes back too. What failed goes back whole in any case.',
    'stop_remaining',
    z.enum(['continue', 'stop_remaining', 'roll_back_all']).default('continue'),
  ),
  process_order: key(
    'In which order processes are replaced. Left out: `web`, then the others as they stand.',
    ['web', 'worker'],
    many(name, 'the name of a process').default([]),
  ),
  strategy: key(
    'How instances are replaced: start the new one first, stop the old one first, reload in place by a signal, or a whole new set.',
    { kind: 'start_first', batch: 2 },
    z
      .union(
        [
          z.enum(strategies),
          keys({
            kind: key('The strategy.', 'start_first', z.enum(strategies)),
            batch: key('For start_first: how many at a time.', 2, count(1, 1000).optional()),
            signal: key('For reload: the signal.', 'SIGUSR2', z.enum(['SIGHUP', 'SIGUSR2']).optional()),
          }),
        ],
        { error: `${strategies.join(', ')}, or a mapping with \`kind\`` },
      )
      .default('start_first'),
  ),
  one_off_protection: key(
    'Whether one-off commands need the approvals of the environment.',
    'none',
    z.enum(['environment', 'none']).default('environment'),
  ),
  static: key(
    'Where static files live: in the release, in the image, or in a folder that all releases share.',
    'shared_dir',
    z.enum(['release_dir', 'image', 'shared_dir']).default('release_dir'),
  ),
  permissions: key(
    'Who may do what here: user names, or `role:` with the name of a role. What is not named everybody may whose role there allows it: see docs/guides/accounts.md.',
    { rollback: ['role:maintainer'] },
    z
      .partialRecord(z.enum(permissions), many(person, 'a user name'), {
        error: mappingOf(permissions, `a mapping from ${permissions.join(', ')} to names`),
      })
      .default({}),
  ),
  cancel: key(
    'Whether a rollout under way may be cancelled: never, by a person, or also by a newer one.',
    'never',
    z.enum(['never', 'manual', 'supersede']).default('manual'),
  ),
  access: key(
    'Who may look: everybody, or only people with the password.',
    'basic_auth',
    z.enum(['public', 'basic_auth']).optional(),
  ),
  freezes: key(
    'Times in which nothing is deployed.',
    [{ cron: '0 16 * * FRI', duration: '64h', reason: 'weekend' }],
    listOf(
      keys({
        cron: key('When it begins.', '0 16 * * FRI', cron),
        duration: key('How long it lasts.', '64h', duration),
        timezone: timer.timezone,
        reason: key('Shown to whoever has to wait.', 'weekend', word),
      }),
      'mappings with `cron`, `duration` and `reason`',
    ).default([]),
  ),
  bake: key(
    'How long a new release is watched before the deployment counts as succeeded. What `breaker` says takes it back.',
    '10m',
    duration.prefault('0s'),
  ),
  breaker: key(
    'When a new release counts as bad: while it is rolled out, and while `bake` watches it.',
    { ratio: 0.02 },
    breaker.prefault({}),
  ),
  hold_until_promoted_to: key(
    'Holds the next release back until this one runs there too.',
    'production',
    name.optional(),
  ),
  smoke: key(
    'Steps to run against the environment after the rollout, in a workspace of the commit that was deployed; one at a time per address. It is in the variable SIGNALBOX_URL.',
    ['npm run smoke'],
    smoke.prefault([]),
  ),
})

const variableValues = texts.default({})
const perProcess = z.record(name, count(0, 1000), { error: 'a mapping from processes to numbers' })

const environment = keys({
  display_name: key('What people call it. Left out: its name.', 'Production (Canada)', word.optional()),
  region: key('Where it is; handed to drivers and shown.', 'ca-central-1', word.optional()),
  apps: key('Apps that run here. Left out: all.', ['api'], many(name, 'the name of an app').optional()),
  target: key(
    'Where instances run: the name of a driver, or a mapping with `driver` and its options.',
    { driver: 'ssh', hosts: ['app1.example.org'] },
    target.default('local'),
  ),
  url: key('Where people find it.', 'https://shop.example.org', httpUrl.optional()),
  hosts: key(
    'Domains that visitors use; with several apps a mapping from app to domains.',
    ['shop.example.org', 'www.shop.example.org'],
    z
      .union([many(host, 'a host name'), byName(many(host, 'a host name'), 'host names')], {
        error: 'a host name, a list of them, or a mapping from apps to host names',
      })
      .default([]),
  ),
  variables: key('Values of variables here. Never a secret.', { LOG_LEVEL: 'debug' }, variableValues),
  scale: key(
    'Instances per process, over what the app says; with several apps a mapping from app to processes.',
    { web: 3 },
    z
      .record(
        name,
        z.union([count(0, 1000), perProcess], { error: 'a number, or a mapping from processes to numbers' }),
        { error: 'a mapping' },
      )
      .default({}),
  ),
  needs: key(
    'Environments in which a release must have succeeded before it may come here.',
    ['staging'],
    many(name, 'the name of an environment').default([]),
  ),
  on: key('What deploys here by itself. Left out: nothing, people do.', { push: 'main' }, environmentOn.prefault({})),
  protection: key('Who must agree.', { approvals: 1 }, protection.prefault({})),
  policies: key('How deployments here behave.', { rollback: 'forbidden' }, policies.prefault({})),
}).meta({ id: 'environment' })

// ---- the file -------------------------------------------------------------------------------------------------------

const notice = keys({
  channel: key('How.', 'slack', z.enum(['webhook', 'slack', 'email', 'command'])),
  to: key('A URL, an address, a command; `$NAME` is the project secret NAME.', '$SLACK_WEBHOOK', word),
  events: key('Of what.', ['deployment_failed'], many(z.enum(noticeEvents), 'an event')),
  environments: key(
    'From where. Left out: everywhere.',
    ['production'],
    many(name, 'the name of an environment').default([]),
  ),
  signed_with: key(
    'Project secrets that a webhook is signed with: one key, or two while a new one takes the place of the old.',
    ['WEBHOOK_KEY'],
    many(variableName, 'the name of a secret').default([]),
  ),
  people: key(
    'What somebody is called there, by the name of their token, such as an id of Slack. Others keep their names.',
    { ada: 'U024BE7LH' },
    z.record(z.string(), word, { error: 'a mapping from names to names' }).default({}),
  ),
})

export const projectFile = keys({
  minimum_version: key(
    'Older versions of Signalbox refuse the file.',
    '0.1.0',
    word.regex(/^\d+\.\d+\.\d+$/, { error: 'a version such as 0.1.0' }).optional(),
  ),
  project: key('Name of the project.', 'shop', name),
  on: key(
    'What starts a run. Left out: every push to every branch, and people.',
    { push: { branches: ['main'] } },
    on.optional(),
  ),
  checks: key(
    'Jobs that must pass before anything is built, by name.',
    { test: ['npm ci', 'npm test'] },
    byName(job, 'checks').default({}),
  ),
  app: key(
    'The only app, named like the project. Takes the place of `apps`.',
    { processes: { web: 'node server.js' } },
    appEntry.optional(),
  ),
  apps: key(
    'What is deployed, by name.',
    { api: { directory: 'api', processes: { web: './api' } } },
    byName(appEntry, 'apps').optional(),
  ),
  environments: key(
    'Where it is deployed, by name.',
    { staging: { hosts: 'staging.shop.example.org' } },
    byName(environment, 'environments').default({}),
  ),
  notify: key(
    'Who is told of what.',
    [{ channel: 'slack', to: '$SLACK_WEBHOOK', events: ['deployment_failed'] }],
    listOf(notice, 'notices').default([]),
  ),
})

export type ProjectFile = z.output<typeof projectFile>
export type JobEntry = ProjectFile['checks'][string]
export type StepEntry = JobEntry['steps'][number]
export type ServiceEntry = JobEntry['services'][string]
export type HealthEntry = z.output<typeof health>
export type AppEntry = NonNullable<ProjectFile['app']>
export type NoticeEntry = ProjectFile['notify'][number]
export type ProcessEntry = NonNullable<AppEntry['processes']>[string]
export type EnvironmentEntry = ProjectFile['environments'][string]
