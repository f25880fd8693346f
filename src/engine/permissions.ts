import { mayDo, namedFor, type Permission, type Who } from '../domain/permission.ts'
import { isAtLeast, leastRank, rankOf, rolesAt, type Where } from '../domain/role.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'

interface Wish {
  readonly project: string
  readonly environment: string
  readonly by: string
}

/**
 * Every action of a person on an environment asks this first, inside its transaction:
 * `mustBePermitted(tx.parts.store, 'exec', { project, environment, by })`. Fault `permission.role` when their role there is too
 * low; Fault `permission.denied` when the environment's `policies.permissions` names who may and this is nobody of them.
 * What Signalbox does by itself is not asked: a trigger is no person.
 */
export function mustBePermitted(store: Store, permission: Permission, wish: Wish): void {
  const fault = whyNotPermitted(store, permission, wish)
  if (fault !== null) throw fault
}

/** The Fault of `mustBePermitted`; null for whoever may. */
export function whyNotPermitted(
  store: Store,
  permission: Permission,
  { project, environment, by }: Wish,
): Fault | null {
  const person = whoIs(store, by, { project, environment })
  const needed = leastRank[permission]
  const rank = rankOf(person.roles)
  if (!isAtLeast(rank, needed))
    return new Fault('permission.role', { details: { by, permission, environment, rank: rank ?? 'nobody', needed } })
  const granted = permissionsOf(store, project, environment)
  if (mayDo(granted, permission, person)) return null
  const who = namedFor(granted, permission)?.join(', ') || 'nobody'
  return new Fault('permission.denied', { details: { by, permission, environment, who } })
}

/** The account of that name with the roles it has there at this moment; none for one that is disabled, or that is nobody's. */
export function whoIs({ accounts }: Store, name: string, where: Where): Who {
  const account = accounts.get(name)
  const isGood = account !== null && account.disabledAt === null
  return { name, roles: isGood ? rolesAt(accounts.grants(name), where) : [] }
}

/** As they are in force; before anything was sent there, as the configuration says. What nobody configured names nobody. */
function permissionsOf(store: Store, project: string, environment: string) {
  const inForce = store.safeguards.get(project, environment)
  if (inForce !== null) return inForce.safeguards.permissions
  const spec = store.runs.newestSpec(project)
  return spec?.environments.find(({ name }) => name === environment)?.policies.permissions ?? {}
}
