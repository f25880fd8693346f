import { z } from 'zod'
import { at, list, text } from './basics.ts'

export const accountKind = z.enum(['person', 'service'])

export const grant = z.object({
  /** One of `viewer`, `contributor`, `deployer`, `maintainer`, `admin`, or a name of the team's own. */
  role: text,
  /** Null: in all of them. */
  project: text.nullable(),
  /** Null: in all of the project's. */
  environment: text.nullable(),
})
export type GrantView = z.infer<typeof grant>

export const account = z.object({
  name: text,
  kind: accountKind,
  email: text.nullable(),
  createdAt: at,
  createdBy: text,
  disabledAt: at.nullable(),
  grants: list(grant.extend({ grantedAt: at, grantedBy: text })),
})
export type AccountView = z.infer<typeof account>

/** A link with which a person sets a password. Shown this once. */
export const link = z.object({ url: text, expiresAt: at })
export type LinkView = z.infer<typeof link>

/** A browser in which somebody has signed in. */
export const session = z.object({
  id: z.int(),
  createdAt: at,
  seenAt: at,
  browser: text,
  address: text,
  /** The one that asks. */
  isThis: z.boolean(),
})
export type SessionView = z.infer<typeof session>

/** A key with which a person signs in without a password. */
export const passkey = z.object({ id: z.int(), name: text, createdAt: at, usedAt: at.nullable() })
export type PasskeyView = z.infer<typeof passkey>

/** A person as a provider knows them. */
export const identity = z.object({ id: z.int(), provider: text, label: text, createdAt: at, usedAt: at.nullable() })
export type IdentityView = z.infer<typeof identity>
