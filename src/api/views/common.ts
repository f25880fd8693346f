import { z } from 'zod'
import { text } from './basics.ts'

export const outcome = z.enum(['succeeded', 'failed', 'errored', 'aborted'])

export const releaseRef = z.object({ id: text, version: text, commit: text, digest: text })

export const error = z.object({
  code: text,
  message: text,
  hint: text,
  details: z.record(text, z.unknown()),
  requestId: text,
})
export type ErrorView = z.infer<typeof error>

export const version = z.object({ name: z.literal('signalbox'), version: text, api: z.literal('v1') })
