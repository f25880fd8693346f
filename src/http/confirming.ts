import { Fault } from '../lib/fault.ts'
import type { Principal } from './auth.ts'

/** Whoever sits at a browser they left open must not get at secrets and accounts by it. Tokens are not asked. Fault `sign_in.confirm`. */
export function mustBeConfirmed({ session }: Principal): void {
  if (session !== null && !session.isConfirmed) throw new Fault('sign_in.confirm')
}

export interface InSession {
  readonly name: string
  readonly session: number
}

/** Fault `sign_in.first`. */
export function inSession(viewer: Principal | null): InSession {
  if (viewer === null || viewer.session === null) throw new Fault('sign_in.first')
  return { name: viewer.name, session: viewer.session.id }
}

/** The same for what touches secrets and accounts. Faults `sign_in.first`, `sign_in.confirm`. */
export function confirmed(viewer: Principal | null): InSession {
  const found = inSession(viewer)
  if (viewer !== null) mustBeConfirmed(viewer)
  return found
}
