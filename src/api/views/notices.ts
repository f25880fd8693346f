import { z } from 'zod'
import { at, list, text } from './basics.ts'

/** One notice on its way to one recipient. */
export const delivery = z.object({
  id: text,
  project: text,
  event: text,
  environment: text.nullable(),
  /** What it is about: a deployment, a run. */
  subject: text,
  title: text,
  channel: text,
  /** As the configuration says it; a secret is not opened for this. */
  to: text,
  /** What the receiver knows it by; the same at every try. */
  message: text,
  state: z.enum(['waiting', 'sending', 'delivered', 'failed']),
  attempts: z.int(),
  createdAt: at,
  /** When it is tried next; null when it is not tried any more. */
  nextAt: at.nullable(),
  deliveredAt: at.nullable(),
  /** Why the last try did not work. */
  problem: text.nullable(),
})
export type DeliveryView = z.infer<typeof delivery>

/** An entry under `notify`. */
export const recipient = z.object({
  /** From 1, as in the file. */
  position: z.int(),
  channel: text,
  to: text,
  events: list(text),
  /** Empty = everywhere. */
  environments: list(text),
})
export type RecipientView = z.infer<typeof recipient>

export const noticeTest = z.object({ channel: text, to: text, delivered: z.boolean(), problem: text.nullable() })
