import { canonicalJson } from '../lib/canonical.ts'
import type { EnvironmentSpec } from './spec.ts'

/**
 * What a deployment wants for itself besides its track, and everything it touches. Two get in each other's way when one
 * touches what the other claims: a deployment that claims its hosts waits for whatever moves on them, and the other way round.
 */
export interface Reach {
  readonly claims: readonly string[]
  readonly touches: readonly string[]
}

/** By the policy `lock_scope`. A name is the same in all projects of a server, as hosts are. */
export function reachOf({ target, policies }: Pick<EnvironmentSpec, 'target' | 'policies'>): Reach {
  const hosts = hostsOf(target)
  const { lockScope } = policies
  switch (lockScope.kind) {
    case 'app':
      return { claims: [], touches: hosts }
    case 'hosts':
      return { claims: hosts, touches: hosts }
    case 'named': {
      const named = [`the lock ${lockScope.name}`]
      return { claims: named, touches: [...hosts, ...named] }
    }
  }
}

/** What one of them claims and the other touches, in words; null when they do not get in each other's way. */
export function sharedBetween(one: Reach, other: Reach): string | null {
  const isIn = (where: readonly string[]) => (what: string) => where.includes(what)
  return one.claims.find(isIn(other.touches)) ?? other.claims.find(isIn(one.touches)) ?? null
}

/** A target without a list of hosts is one place, the same for everybody who uses its driver. */
function hostsOf({ driver, options }: EnvironmentSpec['target']): readonly string[] {
  const { hosts } = options
  if (!Array.isArray(hosts) || hosts.length === 0) return [`the hosts of ${driver}`]
  return hosts.map((host: unknown) => `the host ${typeof host === 'string' ? host : canonicalJson(host)}`)
}
