import { z } from 'zod'
import { at, list, text } from './basics.ts'

export const variable = z.object({
  name: text,
  /** Null for a secret: its value is never shown. */
  value: text.nullable(),
  secret: z.boolean(),
  version: z.int(),
  by: text,
  at,
})
export type VariableView = z.infer<typeof variable>

export const variables = z.object({ version: z.int(), variables: list(variable) })
export type VariablesView = z.infer<typeof variables>

/** Names only. */
export const variableChanges = z.object({ added: list(text), changed: list(text), removed: list(text) })
export type VariableChangesView = z.infer<typeof variableChanges>
