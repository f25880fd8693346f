import { askingFor } from '../../domain/migrations/adapters.ts'
import { routedApps } from '../environments.ts'
import { quoted } from '../problem.ts'
import { type Context, environmentsIn, type Rule, takesPort, wrong, wrongKey } from './rule.ts'

/** `signalbox env set checks` means the secrets of checks and builds. */
export const nameFree: Rule = (context) =>
  environmentsIn(context)
    .filter(({ environment }) => environment.name === 'checks')
    .map(({ path }) => wrongKey(path, 'the name "checks", which stands for checks and builds', 'another name'))

export const someApps: Rule = (context) =>
  environmentsIn(context)
    .filter(({ entry }) => entry.apps?.length === 0)
    .map(({ path }) => wrong([...path, 'apps'], 'an environment without an app', 'at least one'))

/** Two environments cannot both answer for a domain. */
export const hostsOnce: Rule = (context) => {
  const owner = new Map<string, string>()
  return environmentsIn(context).flatMap(({ environment, path }) =>
    Object.entries(environment.hostsOf).flatMap(([app, hosts]) =>
      hosts.flatMap((host) => {
        const here = `${app} in ${environment.name}`
        const other = owner.get(host)
        owner.set(host, other ?? here)
        if (other === undefined) return []
        return [wrong([...path, 'hosts'], `${quoted(host)} a second time (${other})`, 'each host name once')]
      }),
    ),
  )
}

export const hostsReachWeb: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, apps, path }) => {
    const routed = routedApps(apps)
    const isPlain = Array.isArray(entry.hosts) && entry.hosts.length > 0
    if (isPlain && routed.length > 1) {
      const names = routed.map(({ name }) => name).join(', ')
      return [
        wrong(
          [...path, 'hosts'],
          `host names, but ${names} all have a web process`,
          'a mapping from app to host names',
        ),
      ]
    }
    if (isPlain && apps.length > 0 && routed.length === 0) {
      return [
        wrong([...path, 'hosts'], 'host names, but no app here has a web process', 'a process web, or static files'),
      ]
    }
    return Object.keys(environment.hostsOf)
      .filter((name) => apps.some((app) => app.name === name) && !routed.some((app) => app.name === name))
      .map((name) => wrongKey([...path, 'hosts', name], `host names, but ${name} has no web process`, 'a process web'))
  })

/** A port leads to one app, as nothing in a request says which is meant. */
export const portReachesOne: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, apps, path }) => {
    const { target } = environment
    const routed = routedApps(apps)
    if (!takesPort(context, target) || target.options.port === undefined || routed.length < 2) return []
    const found = `a port, but ${routed.map(({ name }) => name).join(', ')} all have a web process`
    return [wrong([...path, 'target', 'port'], found, 'host names for each, or an environment for each')]
  })

export const scaleSaysWhich: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, apps, path }) => {
    if (apps.length < 2) return []
    return Object.entries(entry.scale)
      .filter(([, value]) => typeof value === 'number')
      .map(([name]) =>
        wrong([...path, 'scale', name], 'a number, with several apps here', 'a mapping from app to processes'),
      )
  })

/** People can be counted when the list names people only; a role stands for any number of them. */
export const enoughApprovers: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, path }) => {
    const { approvals, approvers } = entry.protection
    const people = new Set(approvers).size
    if (people === 0 || people >= approvals || approvers.some((name) => name.startsWith('role:'))) return []
    const found = `${approvals} approvals, but only ${people} who may give one`
    return [wrong([...path, 'protection', 'approvals'], found, `at most ${people}, or more approvers`)]
  })

/** A release of an app that never goes to the environment before can never go to this one. */
export const needsCanBeMet: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, path }) =>
    entry.needs.flatMap((name, index) => {
      const before = context.spec.environments.find((other) => other.name === name)
      const never = environment.apps.filter((app) => before !== undefined && !before.apps.includes(app))
      if (never.length === 0 || !isNamed(context, never)) return []
      const found = `${never.join(', ')} never ${never.length === 1 ? 'goes' : 'go'} to ${name}`
      return [wrong([...path, 'needs', index], found, `the same apps in ${name}, or other needs`)]
    }),
  )

export const pendingCanBeSeen: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, apps, path }) => {
    if (environment.policies.migrations !== 'forbid_pending') return []
    return apps
      .filter(({ migrations }) => migrations !== null && askingFor(migrations) === null)
      .map(({ name }) =>
        wrong(
          [...path, 'policies', 'migrations'],
          `forbid_pending, but ${name} cannot tell what is pending`,
          'migrations.pending in the app',
        ),
      )
  })

export const backupCanBeMade: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, apps, path }) => {
    const when = entry.policies.backup_before_migrate
    if (when === undefined || when === 'off') return []
    return apps
      .filter(({ migrations }) => migrations !== null && migrations.backup === null)
      .map(({ name }) =>
        wrong(
          [...path, 'policies', 'backup_before_migrate'],
          `${when}, but ${name} has no backup command`,
          'migrations.backup in the app',
        ),
      )
  })

export const strategyKeys: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, path }) => {
    const { strategy } = entry.policies
    if (typeof strategy === 'string') return []
    const at = [...path, 'policies', 'strategy']
    const { kind, batch, signal } = strategy
    return [
      ...(batch !== undefined && kind !== 'start_first'
        ? [wrongKey([...at, 'batch'], `batch with ${kind}`, 'kind: start_first')]
        : []),
      ...(signal !== undefined && kind !== 'reload'
        ? [wrongKey([...at, 'signal'], `signal with ${kind}`, 'kind: reload')]
        : []),
    ]
  })

function isNamed({ names }: Context, apps: readonly string[]): boolean {
  return apps.every((app) => names.apps.includes(app))
}
