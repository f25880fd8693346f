import { z } from 'zod'
import { at, list, text } from './basics.ts'

/** What guards an environment, as it is in force. */
export const safeguards = z.object({
  environment: text,
  approvals: z.int(),
  approvers: list(text),
  selfApproval: z.boolean(),
  requireChecks: list(text),
  permissions: z.record(text, list(text)),
  needs: list(text),
  rollback: z.enum(['allowed', 'automatic_only', 'forbidden']),
  oneOffProtection: z.enum(['environment', 'none']),
  freezes: list(text),
  hosts: list(text),
  /** The deployment that brought it; null while none has succeeded here. */
  deployment: text.nullable(),
  since: at,
})
export type SafeguardsView = z.infer<typeof safeguards>
