import { type AppContext, appsIn, type Context, environmentsIn, type Rule, unknownName, unknownNames } from './rule.ts'

/** Names that stand for something defined elsewhere in the file. */

export const neededChecks: Rule = (context) =>
  Object.entries(context.file.checks).flatMap(([name, check]) =>
    unknownNames(['checks', name, 'needs'], check.needs, checksOf(context)),
  )

export const requiredChecks: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, path }) =>
    unknownNames([...path, 'protection', 'require_checks'], entry.protection.require_checks, checksOf(context)),
  )

export const neededEnvironments: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, path }) => [
    ...unknownNames([...path, 'needs'], entry.needs, environmentsOf(context)),
    ...entry.on.after.flatMap(({ environment }, index) =>
      context.names.environments.includes(environment)
        ? []
        : [unknownName([...path, 'on', 'after', index, 'environment'], environment, environmentsOf(context))],
    ),
  ])

export const heldEnvironment: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, path, environment }) => {
    const name = entry.policies.hold_until_promoted_to
    const names = context.names.environments.filter((other) => other !== environment.name)
    if (name === undefined || names.includes(name)) return []
    return [unknownName([...path, 'policies', 'hold_until_promoted_to'], name, { what: 'other environment', names })]
  })

export const scheduleEnvironments: Rule = (context) =>
  appsIn(context).flatMap(({ entry, path }) =>
    Object.entries(entry.schedules).flatMap(([name, { environments }]) =>
      unknownNames([...path, 'schedules', name, 'environments'], environments, environmentsOf(context)),
    ),
  )

export const noticeEnvironments: Rule = (context) =>
  context.file.notify.flatMap(({ environments }, index) =>
    unknownNames(['notify', index, 'environments'], environments, environmentsOf(context)),
  )

export const environmentApps: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, path }) => [
    ...unknownNames([...path, 'apps'], entry.apps ?? [], appNames(context)),
    ...keysOf(entry.hosts)
      .filter((name) => !context.names.apps.includes(name))
      .map((name) => ({ ...unknownName([...path, 'hosts', name], name, appNames(context)), on: 'key' as const })),
    ...Object.entries(entry.scale)
      .filter(([name, value]) => typeof value !== 'number' && !context.names.apps.includes(name))
      .map(([name]) => ({ ...unknownName([...path, 'scale', name], name, appNames(context)), on: 'key' as const })),
  ])

export const scaledProcesses: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, apps, path }) =>
    apps.flatMap((app) =>
      Object.keys(environment.scale[app.name] ?? {})
        .filter((process) => !app.processes.some(({ name }) => name === process))
        .map((process) => {
          const where = typeof entry.scale[process] === 'number' ? [process] : [app.name, process]
          const names = app.processes.map(({ name }) => name)
          return {
            ...unknownName([...path, 'scale', ...where], process, { what: 'process', names }),
            on: 'key' as const,
          }
        }),
    ),
  )

export const orderedProcesses: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, apps, path }) => {
    const names = [...new Set(apps.flatMap(({ processes }) => processes.map(({ name }) => name)))]
    if (names.length === 0) return []
    return unknownNames([...path, 'policies', 'process_order'], entry.policies.process_order, {
      what: 'process',
      names,
    })
  })

/** Only where the app lists its queues: without a list every name is as good as another. */
export const consumedQueues: Rule = (context) =>
  appsIn(context).flatMap(({ entry, path }) => {
    if (entry.queues.length === 0) return []
    return Object.entries(entry.processes ?? {}).flatMap(([name, { consumes }]) =>
      unknownNames([...path, 'processes', name, 'consumes'], consumes, { what: 'queue', names: entry.queues }),
    )
  })

export const migrationVariables: Rule = (context) =>
  appsIn(context).flatMap(({ app, path }: AppContext) => {
    const names = app.variables.map(({ name }) => name)
    if (names.length === 0) return []
    const known = { what: 'variable', names }
    const { variables = [], pendingVariables = {} } = app.migrations ?? {}
    return [
      ...unknownNames([...path, 'migrations', 'variables'], variables, known),
      ...Object.entries(pendingVariables)
        .filter(([, name]) => !names.includes(name))
        .map(([variable, name]) => unknownName([...path, 'migrations', 'pending_variables', variable], name, known)),
    ]
  })

export const excludedAxes: Rule = (context) =>
  context.spec.checks.flatMap(({ name, matrix }) =>
    (matrix?.exclude ?? []).flatMap((cell, index) =>
      Object.keys(cell)
        .filter((axis) => !Object.hasOwn(matrix?.axes ?? {}, axis))
        .map((axis) => {
          const known = { what: 'axis', names: Object.keys(matrix?.axes ?? {}) }
          return { ...unknownName(['checks', name, 'matrix', 'exclude', index, axis], axis, known), on: 'key' as const }
        }),
    ),
  )

function checksOf({ names }: Context) {
  return { what: 'check', names: names.checks }
}

function environmentsOf({ names }: Context) {
  return { what: 'environment', names: names.environments }
}

function appNames({ names }: Context) {
  return { what: 'app', names: names.apps }
}

function keysOf(hosts: readonly string[] | Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Array.isArray(hosts) ? [] : Object.keys(hosts)
}
