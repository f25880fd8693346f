import type { Finding } from '../issues.ts'
import { nearest } from '../near-miss.ts'
import type { Path } from '../place.ts'
import { oneOf, quoted } from '../problem.ts'
import type { HealthEntry } from '../schema.ts'
import { appsIn, type Rule, wrong, wrongKey } from './rule.ts'

export const appOrApps: Rule = ({ file }) =>
  file.app === undefined || file.apps === undefined
    ? []
    : [wrongKey(['app'], 'both app and apps', 'app for a single app, or apps for several')]

export const anApp: Rule = ({ file, spec, names }) => {
  if (spec.apps.length > 0 || names.apps.length > 0 || Object.keys(file.environments).length === 0) return []
  return [wrongKey(['environments'], 'environments, but no app that could run there', 'app, apps, or a Procfile')]
}

export const somethingToRun: Rule = (context) =>
  appsIn(context)
    .filter(({ app }) => app.processes.length === 0 && app.static.length === 0 && app.image === null)
    .map(({ path }) =>
      wrongKey(
        [...path, 'processes'],
        'nothing to run',
        'processes, a Procfile at the root, static files, or an image',
      ),
    )

export const oneProbe: Rule = (context) => {
  const ofProcesses = appsIn(context).flatMap(({ entry, path }) =>
    Object.entries(entry.processes ?? {}).flatMap(([name, { health }]) =>
      probes(health, [...path, 'processes', name, 'health']),
    ),
  )
  const ofServices = Object.entries(context.file.checks).flatMap(([check, { services }]) =>
    Object.entries(services).flatMap(([name, { health }]) =>
      probes(health, ['checks', check, 'services', name, 'health']),
    ),
  )
  return [...ofProcesses, ...ofServices]
}

function probes(health: HealthEntry | undefined, path: Path): readonly Finding[] {
  if (health === undefined || typeof health === 'string') return []
  const given = (['http', 'tcp', 'command', 'process'] as const).filter((probe) => health[probe] !== undefined)
  return given.length < 2 ? [] : [wrong(path, `several probes: ${given.join(', ')}`, 'one of them')]
}

const adapters = ['django', 'rails', 'alembic', 'prisma', 'knex', 'drizzle']

export const migrationCommand: Rule = (context) =>
  appsIn(context).flatMap(({ entry, path }) => {
    const { migrations } = entry
    if (migrations === undefined || typeof migrations === 'string' || Array.isArray(migrations)) return []
    if (migrations.adapter !== 'command' || migrations.command !== undefined) return []
    const expected = `a command, or adapter: ${oneOf(adapters)}`
    return [wrong([...path, 'migrations', 'command'], 'migrations without a command', expected)]
  })

/** `djnago` would be run as a command. */
export const adapterAsCommand: Rule = (context) =>
  appsIn(context).flatMap(({ entry, path }) => {
    const given = entry.migrations
    const meant = typeof given === 'string' && !adapters.includes(given) ? nearest(given, adapters) : null
    if (meant === null) return []
    return [
      {
        ...wrong([...path, 'migrations'], `${quoted(String(given))} is run as a command`, oneOf(adapters)),
        suggestion: meant,
      },
    ]
  })

export const staticOnce: Rule = (context) =>
  appsIn(context).flatMap(({ entry, path }) =>
    entry.static.flatMap(({ url }, index) =>
      entry.static.findIndex((other) => other.url === url) === index
        ? []
        : [wrong([...path, 'static', index, 'url'], `${quoted(url)} a second time`, 'each path once')],
    ),
  )

/** A list of patterns that only take back gives nothing to take back from. */
export const patternsGive: Rule = (context) => {
  const { file } = context
  const lists: (readonly [Path, readonly string[]])[] = [
    ...Object.entries(file.checks).map(([name, check]) => [['checks', name, 'paths'], check.paths] as const),
    ...appsIn(context).map(({ entry, path }) => [[...path, 'paths'], entry.paths] as const),
    ...Object.entries(file.on ?? {}).flatMap(([event, filter]) => filterLists(event, filter)),
    ...Object.entries(file.environments).flatMap(([name, { on }]) => [
      [['environments', name, 'on', 'push'], on.push] as const,
      [['environments', name, 'on', 'tags'], on.tags] as const,
    ]),
  ]
  return lists
    .filter(([, patterns]) => patterns.length > 0 && patterns.every((pattern) => pattern.startsWith('!')))
    .map(([path]) => wrong(path, 'only patterns that take back', `one that gives first, such as "**"`))
}

function filterLists(event: string, filter: unknown): readonly (readonly [Path, readonly string[]])[] {
  if (event === 'tags' && Array.isArray(filter)) return [[['on', 'tags'], filter]]
  if (event !== 'push' && event !== 'pull_request') return []
  const { branches, paths } = filter as { branches: readonly string[]; paths: readonly string[] }
  return [
    [['on', event, 'branches'], branches],
    [['on', event, 'paths'], paths],
  ]
}
