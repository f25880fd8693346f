import type {
  AppSpec,
  EnvironmentSpec,
  EnvironmentTriggers,
  PolicySpec,
  ProtectionSpec,
  StrategySpec,
} from '../domain/spec.ts'
import { stepOf } from './jobs.ts'
import type { EnvironmentEntry } from './schema.ts'

export function environmentOf(name: string, entry: EnvironmentEntry, apps: readonly AppSpec[]): EnvironmentSpec {
  const names = entry.apps ?? apps.map((app) => app.name)
  const here = apps.filter((app) => names.includes(app.name))
  const hostsOf = hostsByApp(entry, here)
  return {
    name,
    displayName: entry.display_name ?? name,
    region: entry.region ?? null,
    apps: names,
    target: targetOf(entry.target),
    url: entry.url ?? null,
    hosts: [...new Set(Object.values(hostsOf).flat())],
    hostsOf,
    variables: entry.variables,
    scale: scaleOf(entry, here),
    needs: entry.needs,
    triggers: triggersOf(entry.on),
    protection: protectionOf(entry.protection),
    policies: policiesOf(entry.policies, here),
  }
}

/** X20: what another environment comes after, and what needs no approval, is a rehearsal, and not for everybody. */
export function closedUnlessSaid(
  environments: readonly EnvironmentSpec[],
  entries: Readonly<Record<string, EnvironmentEntry>>,
): readonly EnvironmentSpec[] {
  const before = new Set(
    environments.flatMap(({ needs, triggers }) => [...needs, ...triggers.after.map(({ environment }) => environment)]),
  )
  return environments.map((environment) => {
    const { name, protection, policies } = environment
    const isSaid = entries[name]?.policies.access !== undefined
    if (isSaid || protection.approvals > 0 || !before.has(name)) return environment
    return { ...environment, policies: { ...policies, access: 'unsaid' } }
  })
}

/** A plain list is for the app that has a `web` process; a rule asks for a mapping when there are several. */
function hostsByApp(
  { hosts }: EnvironmentEntry,
  apps: readonly AppSpec[],
): Readonly<Record<string, readonly string[]>> {
  if (!Array.isArray(hosts)) return hosts
  const [routed] = routedApps(apps)
  return hosts.length === 0 || routed === undefined ? {} : { [routed.name]: hosts }
}

/** Apps that visitors can reach. */
export function routedApps(apps: readonly AppSpec[]): readonly AppSpec[] {
  return apps.filter((app) => app.processes.some(({ name }) => name === 'web') || app.static.length > 0)
}

/** Plain numbers are for the only app; a rule asks for a mapping when there are several. */
function scaleOf({ scale }: EnvironmentEntry, apps: readonly AppSpec[]): EnvironmentSpec['scale'] {
  const result: Record<string, Record<string, number>> = {}
  const [first] = apps
  for (const [name, value] of Object.entries(scale)) {
    if (typeof value !== 'number') result[name] = { ...result[name], ...value }
    else if (first !== undefined) result[first.name] = { ...result[first.name], [name]: value }
  }
  return Object.fromEntries(
    Object.entries(result).map(([name, counts]) => [
      name,
      capped(
        counts,
        apps.find((app) => app.name === name),
      ),
    ]),
  )
}

function capped(counts: Readonly<Record<string, number>>, app: AppSpec | undefined): Readonly<Record<string, number>> {
  const isSingleton = (process: string) => app?.processes.some(({ name, singleton }) => name === process && singleton)
  return Object.fromEntries(
    Object.entries(counts).map(([process, count]) => [process, isSingleton(process) ? Math.min(1, count) : count]),
  )
}

function targetOf(entry: EnvironmentEntry['target']): EnvironmentSpec['target'] {
  if (typeof entry === 'string') return { driver: entry, options: {} }
  const { driver, ...options } = entry
  return { driver, options }
}

function triggersOf(entry: EnvironmentEntry['on']): EnvironmentTriggers {
  return {
    push: entry.push,
    tags: entry.tags,
    releasePublished: entry.release === 'published',
    after: entry.after.map(({ environment, verified_for, smoke_passed }) => ({
      environment,
      verifiedForMs: verified_for,
      smokePassed: smoke_passed,
    })),
    schedules: entry.schedule,
  }
}

function protectionOf(entry: EnvironmentEntry['protection']): ProtectionSpec {
  return {
    approvals: entry.approvals,
    approvers: entry.approvers,
    selfApproval: entry.self_approval ?? true,
    expiresMs: entry.expires,
    requireChecks: entry.require_checks,
  }
}

function policiesOf(entry: EnvironmentEntry['policies'], apps: readonly AppSpec[]): PolicySpec {
  const isBackedUp = apps.some(({ migrations }) => migrations !== null && migrations.backup !== null)
  const isImage = apps.length > 0 && apps.every(({ image }) => image !== null)
  return {
    rollback: entry.rollback,
    concurrency: entry.concurrency,
    lockScope: lockScopeOf(entry.lock_scope),
    runTimeoutMs: entry.run_timeout,
    queueTimeout: queueTimeoutOf(entry.queue_timeout),
    migrations: typeof entry.migrations === 'string' ? entry.migrations : entry.migrations.when,
    backupBeforeMigrate: entry.backup_before_migrate ?? (isBackedUp ? 'if_pending' : 'off'),
    artifact: entry.artifact ?? (isImage ? 'image' : 'source_release'),
    configBinding: entry.config_binding,
    onPartialFailure: entry.on_partial_failure,
    processOrder: entry.process_order,
    strategy: strategyOf(entry.strategy),
    oneOffProtection: entry.one_off_protection,
    static: entry.static,
    permissions: entry.permissions,
    cancel: entry.cancel,
    access: entry.access ?? 'public',
    freezes: entry.freezes.map(({ cron, duration, timezone, reason }) => ({
      cron,
      durationMs: duration,
      timezone,
      reason,
    })),
    bakeMs: entry.bake,
    breaker: breakerOf(entry.breaker),
    holdUntilPromotedTo: entry.hold_until_promoted_to ?? null,
    smoke: entry.smoke.steps.map((step) => stepOf(step, '.')),
    smokeSecrets: entry.smoke.secrets,
  }
}

type Policies = EnvironmentEntry['policies']

function breakerOf({ failures, ratio, requests, latency }: Policies['breaker']): PolicySpec['breaker'] {
  return { failures: failures ?? null, ratio, requests, latency: latency === 0 ? null : latency }
}

function lockScopeOf(entry: Policies['lock_scope']): PolicySpec['lockScope'] {
  return typeof entry === 'string' ? { kind: entry } : { kind: 'named', name: entry.name }
}

function queueTimeoutOf(entry: Policies['queue_timeout']): PolicySpec['queueTimeout'] {
  return entry === 'none' ? { afterMs: null, action: 'abort' } : { afterMs: entry.after, action: entry.action }
}

function strategyOf(entry: Policies['strategy']): StrategySpec {
  const { kind, batch = 1, signal = 'SIGHUP' } = typeof entry === 'string' ? { kind: entry } : entry
  if (kind === 'start_first') return { kind, batch }
  return kind === 'reload' ? { kind, signal } : { kind }
}
