import { isAmong, type Permission, type Who } from './permission.ts'
import type { EnvironmentSpec, EnvironmentTriggers, PolicySpec, ProtectionSpec } from './spec.ts'

/**
 * What guards an environment against people and their mistakes, as the configuration of one release says. The safeguards
 * in force are those of the release that was promoted there last, and succeeded: whoever pushes cannot push them away.
 */
export interface Safeguards {
  readonly protection: ProtectionSpec
  readonly permissions: PolicySpec['permissions']
  readonly needs: readonly string[]
  readonly rollback: PolicySpec['rollback']
  readonly oneOffProtection: PolicySpec['oneOffProtection']
  readonly freezes: PolicySpec['freezes']
  /** What sends a release here without anybody who needs the permission. */
  readonly triggers: EnvironmentTriggers
  /** The domains that are guarded: by these an environment is known again that has another name. */
  readonly hosts: readonly string[]
}

export function safeguardsOf({ protection, needs, policies, hosts, triggers }: EnvironmentSpec): Safeguards {
  const { permissions, rollback, oneOffProtection, freezes } = policies
  return { protection, permissions, needs, rollback, oneOffProtection, freezes, triggers, hosts }
}

/**
 * What the second let through that the first held back, in words; empty when they are at least as strict. How long a yes may
 * take is not among it: it is for one plan, however late it comes.
 */
export function weakens(before: Safeguards, after: Safeguards): readonly string[] {
  return [
    ...weakerProtection(before.protection, after.protection),
    ...weakerPermissions(before.permissions, after.permissions),
    ...missing(before.needs, after.needs).map((name) => `needs: ${name} is no longer among them`),
    ...(rank[after.rollback] > rank[before.rollback] ? [`rollback: ${before.rollback} → ${after.rollback}`] : []),
    ...(before.oneOffProtection === 'environment' && after.oneOffProtection === 'none'
      ? ['one_off_protection: environment → none']
      : []),
    ...before.freezes
      .filter((freeze) => !after.freezes.some((each) => JSON.stringify(each) === JSON.stringify(freeze)))
      .map(({ reason }) => `freezes: "${reason}" is no longer as it was`),
    ...newTriggers(before, after),
  ]
}

/** So many people out of these have to say yes. */
export interface Demand {
  readonly approvals: number
  /** Empty: anyone who may deploy. */
  readonly approvers: readonly string[]
  readonly selfApproval: boolean
  /** Who may approve at all; null where nobody is named. */
  readonly permitted: readonly string[] | null
  /** What is weakened, for safeguards in force that the release takes away; empty for what it asks itself. */
  readonly weakened: readonly string[]
}

/** Safeguards in force, and where. */
export interface InForce {
  readonly environment: string
  readonly safeguards: Safeguards
}

/**
 * What has to be said yes to by whom before a release may come: what its own configuration asks, and, where that weakens what is
 * in force, what that asks too. So the stricter of both holds until a release with the new one is there by the yes of the old.
 */
export function demandsOn(environment: EnvironmentSpec, inForce: readonly InForce[]): readonly Demand[] {
  const own = safeguardsOf(environment)
  const old = inForce
    .filter((each) => each.environment === environment.name || sharesHost(each.safeguards, own))
    .map(({ environment: name, safeguards }) => ({
      safeguards,
      weakened: weakenedBy(own, name, { environment, safeguards }),
    }))
    .filter(({ weakened }) => weakened.length > 0)
    .map(({ safeguards, weakened }) => demandOf(safeguards, weakened))
  return [demandOf(own, []), ...old].filter(({ approvals }) => approvals > 0)
}

/** Whether a yes of this person would count for what these people have pushed or asked for. */
export function maySatisfy({ approvers, permitted, selfApproval }: Demand, who: Who, own: readonly string[]): boolean {
  return (
    (approvers.length === 0 || isAmong(who, approvers)) &&
    (permitted === null || isAmong(who, permitted)) &&
    (selfApproval || !own.includes(who.name))
  )
}

function weakenedBy(
  own: Safeguards,
  name: string,
  { environment, safeguards }: { readonly environment: EnvironmentSpec; readonly safeguards: Safeguards },
): readonly string[] {
  const weakened = weakens(safeguards, own)
  return name === environment.name ? weakened : weakened.map((each) => `takes over from ${name}: ${each}`)
}

function sharesHost(before: Safeguards, after: Safeguards): boolean {
  return after.hosts.some((host) => before.hosts.includes(host))
}

function demandOf({ protection, permissions }: Safeguards, weakened: readonly string[]): Demand {
  const { approvals, approvers, selfApproval } = protection
  const permitted = permissions.approve ?? null
  // Without approvals, those who alone might send a release say whether others may from now on.
  const senders = permissions.deploy ?? permissions.promote
  if (approvals === 0 && weakened.length > 0 && senders !== undefined) {
    return { approvals: 1, approvers: senders, selfApproval: true, permitted, weakened }
  }
  return { approvals, approvers, selfApproval, permitted, weakened }
}

/** Where people are named who may send a release, a trigger lets everybody do it who may push. */
function newTriggers(before: Safeguards, after: Safeguards): readonly string[] {
  const { deploy, promote } = before.permissions
  if (deploy === undefined && promote === undefined) return []
  const was = triggerTexts(before.triggers)
  return missing(triggerTexts(after.triggers), was).map((text) => `on: ${text} sends releases by itself`)
}

function triggerTexts({ push, tags, releasePublished, after, schedules }: EnvironmentTriggers): readonly string[] {
  return [
    ...push.map((branch) => `push ${branch}`),
    ...tags.map((tag) => `tag ${tag}`),
    ...(releasePublished ? ['a published release'] : []),
    ...after.map(({ environment }) => `after ${environment}`),
    ...schedules.map(({ cron, timezone }) => `schedule ${cron} ${timezone}`),
  ]
}

function weakerProtection(before: ProtectionSpec, after: ProtectionSpec): readonly string[] {
  // Without approvals nobody is asked, so who might have been says nothing.
  const isAsked = before.approvals > 0
  return [
    ...(after.approvals < before.approvals ? [`approvals: ${before.approvals} → ${after.approvals}`] : []),
    ...(isAsked && after.approvals > 0 && isWider(before.approvers, after.approvers)
      ? [`approvers: ${before.approvers.join(', ')} → ${after.approvers.join(', ') || 'anyone who may deploy'}`]
      : []),
    ...(isAsked && !before.selfApproval && after.selfApproval ? ['self_approval: false → true'] : []),
    ...missing(before.requireChecks, after.requireChecks).map(
      (name) => `require_checks: ${name} is no longer among them`,
    ),
  ]
}

/** An empty list is everybody. */
function isWider(before: readonly string[], after: readonly string[]): boolean {
  return before.length > 0 && (after.length === 0 || missing(after, before).length > 0)
}

function weakerPermissions(before: PolicySpec['permissions'], after: PolicySpec['permissions']): readonly string[] {
  return (Object.keys(before) as Permission[]).flatMap((permission) => {
    const [was, is] = [before[permission] ?? [], after[permission]]
    if (is !== undefined && missing(is, was).length === 0) return []
    return [
      `permissions.${permission}: ${was.join(', ') || 'nobody'} → ${is?.join(', ') ?? 'everybody with the scope'}`,
    ]
  })
}

/** What the first has and the second has not. */
function missing(before: readonly string[], after: readonly string[]): readonly string[] {
  return before.filter((each) => !after.includes(each))
}

const rank: Readonly<Record<PolicySpec['rollback'], number>> = { forbidden: 0, automatic_only: 1, allowed: 2 }
