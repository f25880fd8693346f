import { z } from 'zod'
import { at, list, text } from './basics.ts'

export const maintenance = z.object({ message: text, by: text, since: at })
export type MaintenanceView = z.infer<typeof maintenance>

export const access = z.enum(['public', 'basic_auth'])

/** Passwords are in no answer, and neither are their hashes. */
export const door = z.object({
  access,
  users: list(z.object({ name: text, by: text, at })),
  maintenance: maintenance.nullable(),
})
export type DoorView = z.infer<typeof door>
