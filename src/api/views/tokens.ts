import { z } from 'zod'
import { at, text } from './basics.ts'

export const scope = z.enum(['read', 'deploy', 'admin'])

export const token = z.object({
  name: text,
  scope,
  createdAt: at,
  createdBy: text,
  expiresAt: at.nullable(),
  revokedAt: at.nullable(),
})
export type TokenView = z.infer<typeof token>
