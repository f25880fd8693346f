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

export const pastChange = z.object({
  version: z.int(),
  name: text,
  /** Null for a secret, and for what was taken away. */
  value: text.nullable(),
  isSet: z.boolean(),
  secret: z.boolean(),
  by: text,
  at,
  reason: text.nullable(),
})
export type PastChangeView = z.infer<typeof pastChange>

export const presence = z.enum([
  ...(['set', 'in_file', 'default', 'optional', 'missing', 'waived', 'unused', 'unused_in_file', 'none'] as const),
])
export type PresenceView = z.infer<typeof presence>

/** Variables against environments, by the newest configuration. */
export const matrix = z.object({
  environments: list(text),
  rows: list(
    z.object({
      name: text,
      /** Null where no app declares it. */
      declared: z
        .object({
          type: z.enum(['string', 'number', 'boolean', 'url']),
          required: z.boolean(),
          secret: z.boolean(),
          since: text.nullable(),
          description: text,
        })
        .nullable(),
      secret: z.boolean(),
      cells: list(z.object({ environment: text, presence })),
    }),
  ),
})
export type MatrixView = z.infer<typeof matrix>

/** What an app's variables are now, against those it runs with. */
export const variablesWaiting = z.object({
  app: text,
  running: z.int().nullable(),
  newest: z.int(),
  /** Null where nothing is live. */
  changes: variableChanges.nullable(),
})
export type VariablesWaitingView = z.infer<typeof variablesWaiting>

/** Null where there is none; its value is null when it is a secret. */
const sideValue = z.object({ value: text.nullable(), from: z.enum(['set', 'file', 'default']) }).nullable()
export const difference = z.object({ name: text, left: sideValue, right: sideValue })
export type DifferenceView = z.infer<typeof difference>
