import { z } from 'zod'
import { list, text } from './basics.ts'
import { outcome } from './common.ts'
import { change } from './releases.ts'

export const flow = z.object({
  commit: text,
  title: text,
  releases: list(z.object({ app: text, version: text })),
  steps: list(
    z.object({
      app: text,
      environment: text,
      displayName: text,
      url: text.nullable(),
      /** How many environments one after the other lead here. */
      wave: z.int(),
      needs: list(text),
      state: z.enum([
        ...(['live', 'succeeded', 'rolling', 'waiting', 'queued', 'failed'] as const),
        ...(['errored', 'aborted', 'skipped', 'later', 'open'] as const),
      ]),
      because: text,
      deployment: text.nullable(),
    }),
  ),
})
export type FlowView = z.infer<typeof flow>

export const undeployed = z.object({
  app: text,
  environment: text,
  live: z.object({ version: text, commit: text, deployment: text }).nullable(),
  /** Where it is deployed from, and the newest commit there. */
  ref: text,
  head: text,
  /** Where a change must have been seen before it may come. */
  needs: list(text),
  changes: list(
    change.extend({
      /** The oldest release that holds it. */
      release: text.nullable(),
      seenIn: list(text),
      isReady: z.boolean(),
      runs: list(z.object({ id: text, outcome: outcome.nullable() })),
    }),
  ),
  isCut: z.boolean(),
})
export type UndeployedView = z.infer<typeof undeployed>
