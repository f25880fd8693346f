import { z } from 'zod'
import { at, text } from './basics.ts'

export const fact = z.object({
  seq: z.int(),
  at,
  kind: text,
  project: text.nullable(),
  subject: text,
  by: text,
  data: z.record(text, z.unknown()),
  previous: text,
  hash: text,
})
export type FactView = z.infer<typeof fact>

/** Whether the journal's hash chain holds, and where it does not. */
export const auditVerdict = z.object({
  holds: z.boolean(),
  facts: z.int(),
  head: text,
  brokenAt: z.int().nullable(),
  problem: text.nullable(),
})
