/** What people do to an environment, as `policies.permissions` names it (X18). */
export const permissions = [
  'deploy',
  'redeploy',
  'rollback',
  'promote',
  'approve',
  'cancel',
  'migrate',
  'exec',
  'config',
  'scale',
  'lock',
] as const

export type Permission = (typeof permissions)[number]

/** Somebody as the record knows them: the name of their token, and the roles it was given. */
export interface Who {
  readonly name: string
  readonly roles: readonly string[]
}

/** `ada`, or `role:maintainer` for everybody with that role. */
export type Named = string

const rolePrefix = 'role:'

/** Whether a list of user names and `role:NAME` means this person. */
export function isAmong({ name, roles }: Who, named: readonly Named[]): boolean {
  return named.some((each) =>
    each.startsWith(rolePrefix) ? roles.includes(each.slice(rolePrefix.length)) : each === name,
  )
}

/** Who may do it here; null when nobody is named, and the scope of the token alone decides. */
export function namedFor(
  granted: Readonly<Partial<Record<Permission, readonly Named[]>>>,
  permission: Permission,
): readonly Named[] | null {
  return Object.hasOwn(granted, permission) ? (granted[permission] ?? null) : null
}

export function mayDo(
  granted: Readonly<Partial<Record<Permission, readonly Named[]>>>,
  permission: Permission,
  who: Who,
): boolean {
  const named = namedFor(granted, permission)
  return named === null || isAmong(who, named)
}
