import { mayDo, namedFor, type Permission, type Who } from '../domain/permission.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'

interface Wish {
  readonly project: string
  readonly environment: string
  readonly by: string
}

/**
 * Every action of a person on an environment asks this first, inside its transaction:
 * `mustBePermitted(tx.parts.store, 'exec', { project, environment, by })`. Fault `permission.denied` when the environment's
 * `policies.permissions` names who may and this is nobody of them. What Signalbox does by itself is not asked: a trigger is no person.
 */
export function mustBePermitted(store: Store, permission: Permission, { project, environment, by }: Wish): void {
  const granted = permissionsOf(store, project, environment)
  if (mayDo(granted, permission, whoIs(store, by))) return
  const who = namedFor(granted, permission)?.join(', ') || 'nobody'
  throw new Fault('permission.denied', { details: { by, permission, environment, who } })
}

/** The person of that name with the roles their token has at this moment. */
export function whoIs(store: Store, name: string): Who {
  return { name, roles: store.tokens.byName(name)?.roles ?? [] }
}

/** As they are in force; before anything was sent there, as the configuration says. What nobody configured names nobody. */
function permissionsOf(store: Store, project: string, environment: string) {
  const inForce = store.safeguards.get(project, environment)
  if (inForce !== null) return inForce.safeguards.permissions
  const spec = store.runs.newestSpec(project)
  return spec?.environments.find(({ name }) => name === environment)?.policies.permissions ?? {}
}
