import type { PolicySpec } from './spec.ts'

/** Who comes into an environment, and whether anybody does at the moment: what people decide, whatever release is live. */
export interface Door {
  /** Rises with every change, and never falls. */
  readonly version: number
  readonly users: readonly DoorUser[]
  readonly maintenance: Maintenance | null
}

export interface DoorUser {
  readonly name: string
  /** Of the password, which is kept nowhere. */
  readonly hash: string
  readonly by: string
  readonly at: number
}

/** What visitors see in place of the app. */
export interface Maintenance {
  readonly message: string
  readonly by: string
  readonly since: number
}

/**
 * Who may look. Where the configuration does not say it of an environment that comes before another one, everybody may as
 * long as only this machine can reach the edge, and nobody without a password as soon as others can.
 */
export function accessOf(
  { access }: Pick<PolicySpec, 'access'>,
  { isEdgePublic }: { readonly isEdgePublic: boolean },
): 'public' | 'basic_auth' {
  if (access !== 'unsaid') return access
  return isEdgePublic ? 'basic_auth' : 'public'
}
