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
  /** Why, if it was said. */
  reason: text.nullable(),
})
export type VariableView = z.infer<typeof variable>

/** A person's word that an environment may be without a required variable for a while. */
export const waiver = z.object({ environment: text, name: text, by: text, reason: text, at, expiresAt: at })
export type WaiverView = z.infer<typeof waiver>

export const variables = z.object({ version: z.int(), variables: list(variable), waivers: list(waiver) })
export type VariablesView = z.infer<typeof variables>

/** Names only. */
export const variableChanges = z.object({ added: list(text), changed: list(text), removed: list(text) })
export type VariableChangesView = z.infer<typeof variableChanges>

/** A variable that an app requires and an environment has no value for. */
export const lack = z.object({
  environment: text,
  /** People must say yes to what comes there, and nothing new goes anywhere before it has the variable. */
  isProtected: z.boolean(),
  app: text,
  name: text,
  since: text.nullable(),
  waiver: waiver.nullable(),
})
export type LackView = z.infer<typeof lack>
