import type { Permission } from './permission.ts'

/** The roles that carry permissions, each with those of the ones before it. A team may name others, which carry none: `lead`. */
export const ranks = ['viewer', 'contributor', 'deployer', 'maintainer', 'admin'] as const

export type Rank = (typeof ranks)[number]

/** What people do in a project; what concerns an environment stands in `policies.permissions` too, which may name fewer people. */
export type Act = Permission | 'push'

/** The least that each act takes. What else the API can be asked, it asks a rank for by each route's scope. */
export const leastRank: Readonly<Record<Act, Rank>> = {
  push: 'deployer',
  deploy: 'deployer',
  redeploy: 'deployer',
  promote: 'deployer',
  rollback: 'deployer',
  approve: 'deployer',
  cancel: 'deployer',
  scale: 'deployer',
  lock: 'deployer',
  migrate: 'maintainer',
  exec: 'maintainer',
  config: 'maintainer',
}

/** A role somebody has been given: everywhere, in one project, or in one environment of it. */
export interface Grant {
  readonly role: string
  /** Null: in all of them. */
  readonly project: string | null
  /** Null: in all of the project's. */
  readonly environment: string | null
}

/** Where something is done. Null: on the server as a whole, or in the project as a whole. */
export interface Where {
  readonly project: string | null
  readonly environment: string | null
}

/** Every role that counts there: those that were given, and below the highest rank all others. */
export function rolesAt(grants: readonly Grant[], where: Where): readonly string[] {
  const given = grants.filter((grant) => covers(grant, where)).map(({ role }) => role)
  return [...new Set([...given, ...ranks.slice(0, heightOf(given))])].sort()
}

/** What the roles amount to; null for whoever has none that carries a permission. */
export function rankOf(roles: readonly string[]): Rank | null {
  return ranks[heightOf(roles) - 1] ?? null
}

/** The rank with which somebody may at most act there, wherever exactly in it; null: they are nobody there. */
export function highestWithin(grants: readonly Grant[], { project, environment }: Where): Rank | null {
  const within = grants.filter(
    (grant) =>
      (project === null || grant.project === null || grant.project === project) &&
      (environment === null || grant.environment === null || grant.environment === environment),
  )
  return rankOf(within.map(({ role }) => role))
}

/** The projects somebody may see: those in which they have a rank, wherever in them. Null: all, and the server as a whole. */
export function projectsSeen(grants: readonly Grant[]): readonly string[] | null {
  const projects = grants.filter(({ role }) => rankOf([role]) !== null).map(({ project }) => project)
  return projects.includes(null) ? null : [...new Set(projects as string[])]
}

/** Whether they may see a project, or with null what concerns the server as a whole. */
export function mayView(grants: readonly Grant[], project: string | null): boolean {
  const seen = projectsSeen(grants)
  return seen === null || (project !== null && seen.includes(project))
}

export function isAtLeast(rank: Rank | null, least: Rank): boolean {
  return rank !== null && ranks.indexOf(rank) >= ranks.indexOf(least)
}

export function lower(one: Rank | null, other: Rank | null): Rank | null {
  if (one === null || other === null) return null
  return isAtLeast(one, other) ? other : one
}

function covers({ project, environment }: Grant, where: Where): boolean {
  return (project === null || project === where.project) && (environment === null || environment === where.environment)
}

function heightOf(roles: readonly string[]): number {
  return Math.max(0, ...roles.map((role) => ranks.indexOf(role as Rank) + 1))
}
