import { z } from 'zod'
import { at, list, text } from './basics.ts'

export const scope = z.enum(['read', 'contribute', 'deploy', 'admin'])

export const token = z.object({
  name: text,
  scope,
  roles: list(text),
  createdAt: at,
  createdBy: text,
  expiresAt: at.nullable(),
  revokedAt: at.nullable(),
})
export type TokenView = z.infer<typeof token>
