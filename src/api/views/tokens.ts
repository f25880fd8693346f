import { z } from 'zod'
import { at, text } from './basics.ts'

export const scope = z.enum(['read', 'contribute', 'deploy', 'maintain', 'admin'])

export const token = z.object({
  name: text,
  account: text,
  scope,
  /** The one project it is for; null: all that the account may see. */
  project: text.nullable(),
  createdAt: at,
  createdBy: text,
  expiresAt: at.nullable(),
  revokedAt: at.nullable(),
  /** To the minute. */
  usedAt: at.nullable(),
})
export type TokenView = z.infer<typeof token>
