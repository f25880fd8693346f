import { matchesBranch } from '../../domain/glob.ts'
import { showDuration } from '../../lib/duration.ts'
import { routedApps } from '../environments.ts'
import { quoted } from '../problem.ts'
import { appsIn, environmentsIn, type Rule, takesPort, wrong, wrongKey } from './rule.ts'

/** Warnings: allowed, and rarely what was meant. Each says how to make it clear. */

export const queuesAreConsumed: Rule = (context) =>
  appsIn(context).flatMap(({ app, path }) =>
    app.queues.flatMap((queue, index) => {
      if (app.processes.some(({ consumes }) => consumes.includes(queue))) return []
      return [
        wrong(
          [...path, 'queues', index],
          `nothing works off the queue ${quoted(queue)}`,
          'a process with it under consumes',
        ),
      ]
    }),
  )

export const healthIsVerified: Rule = (context) =>
  appsIn(context).flatMap(({ app, entry, path }) =>
    app.processes
      .filter(({ name, health }) => {
        const said = entry.processes?.[name]?.health
        const isSaid = said === 'process' || (typeof said === 'object' && said.process === true)
        return health.probe.kind === 'process' && (name === 'web' || !isSaid)
      })
      .map(({ name }) =>
        wrongKey(
          [...path, 'processes', name, 'health'],
          `${name} counts as well as soon as it runs`,
          name === 'web' ? 'http, tcp or command' : 'http, tcp or command; or "health: process" if that is enough',
        ),
      ),
  )

export const singletonsAreOne: Rule = (context) => [
  ...appsIn(context).flatMap(({ entry, path }) =>
    Object.entries(entry.processes ?? {})
      .filter(([, { singleton, instances }]) => singleton && instances > 1)
      .map(([name, { instances }]) =>
        wrong(
          [...path, 'processes', name, 'instances'],
          `${instances} instances of a singleton`,
          '1, which is what runs',
        ),
      ),
  ),
  ...environmentsIn(context).flatMap(({ entry, apps, path }) =>
    apps.flatMap((app) =>
      app.processes.flatMap(({ name, singleton }) => {
        const nested = entry.scale[app.name]
        const count = typeof nested === 'object' ? nested[name] : entry.scale[name]
        if (!singleton || typeof count !== 'number' || count < 2) return []
        return [wrong([...path, 'scale', name], `${count} instances of a singleton`, '1, which is what runs')]
      }),
    ),
  ),
]

export const schemaAndCodeGetAlong: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, apps, path }) => {
    const given = entry.policies.migrations
    const { when, compatible } = typeof given === 'string' ? { when: given, compatible: false } : given
    if (compatible || !apps.some(({ migrations }) => migrations !== null)) return []
    if (when !== 'before' && when !== 'after') return []
    const meets = when === 'before' ? 'the old code meets the new schema' : 'the new code meets the old schema'
    const expected = `"{ when: ${when}, compatible: true }" once that is sure`
    return [wrong([...path, 'policies', 'migrations'], `with migrations "${when}" ${meets} for a while`, expected)]
  })

export const selfApprovalIsMeant: Rule = (context) =>
  environmentsIn(context)
    .filter(({ entry }) => entry.protection.approvals > 0 && entry.protection.self_approval === undefined)
    .map(({ path }) =>
      wrongKey(
        [...path, 'protection'],
        'whoever asks for a deployment may also approve it',
        '"self_approval: false", or "true" if that is meant',
      ),
    )

/** X20: what needs no approval is hardly production, and what is not production should not be found by search engines. */
export const opennessIsMeant: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, path }) => {
    const open = environment.hosts.filter((host) => !isPrivateName(host))
    const isMeant = entry.policies.access !== undefined || environment.protection.approvals > 0
    if (isMeant || open.length === 0 || context.spec.environments.length === 1) return []
    return [
      wrongKey(
        [...path, 'hosts'],
        environment.policies.access === 'unsaid'
          ? `${open[0]} is open to everybody as long as the edge listens on this machine alone`
          : `${open[0]} is open to everybody`,
        '"access: basic_auth" under policies, or "access: public" if that is meant',
      ),
    ]
  })

/** Where a driver takes no port, visitors come by a way of its own. A plain list of names is for the only app there is. */
export const webIsReachable: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, apps, path }) => {
    const { target } = environment
    const isNamed = Array.isArray(entry.hosts) && entry.hosts.length > 0
    if (!takesPort(context, target) || target.options.port !== undefined || isNamed) return []
    return routedApps(apps)
      .filter(({ name }) => environment.scale[name]?.web !== 0 && (environment.hostsOf[name] ?? []).length === 0)
      .map(({ name }) =>
        wrongKey([...path, 'hosts'], `no visitor can reach ${name} here`, 'host names, or a port under target'),
      )
  })

export const sharedFilesAreHashed: Rule = (context) =>
  environmentsIn(context)
    .filter(({ environment }) => environment.policies.static === 'shared_dir')
    .map(({ path }) =>
      wrong(
        [...path, 'policies', 'static'],
        'static files of all releases in one folder',
        'file names that contain a hash of the content',
      ),
    )

/** `push: main` in an environment waits for a run that the trigger above never starts. */
export const branchesStartRuns: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, path }) => {
    const { push } = context.spec.triggers
    return environment.triggers.push.flatMap((branch, index) => {
      if (/[*?+[\]!\\]/.test(branch) || (push !== null && matchesBranch(push.branches, branch))) return []
      return [
        wrong(
          [...path, 'on', 'push', index],
          `a push to ${quoted(branch)} starts no run`,
          `the branch under "on: push:" at the top`,
        ),
      ]
    })
  })

export const timeToStart: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, apps, path }) => {
    const limit = environment.policies.runTimeoutMs
    return apps.flatMap((app) =>
      app.processes
        .filter(({ health }) => health.startPeriodMs >= limit)
        .map(({ name, health }) =>
          wrongKey(
            [...path, 'policies', 'run_timeout'],
            `a deployment may take ${showDuration(limit)}, but one instance of ${app.name} ${name} may take ${showDuration(health.startPeriodMs)} to start`,
            'a longer run_timeout',
          ),
        ),
    )
  })

export const somethingToDo: Rule = ({ names, spec }) =>
  names.checks.length + names.apps.length + names.environments.length + spec.apps.length > 0
    ? []
    : [wrongKey(['project'], 'neither checks nor an app', 'at least one of them')]

function isPrivateName(host: string): boolean {
  return !host.includes('.') || /\.(localhost|local|test|internal|lan|home\.arpa)$/.test(host) || /^[0-9.]+$/.test(host)
}
