import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { gate } from './deployments.ts'

export const project = z.object({
  name: text,
  /** Where its history was first fetched from. */
  origin: text.nullable(),
  createdAt: at,
  createdBy: text,
  /** Where to push. */
  gitUrl: text,
  /** As its newest valid configuration has them. */
  apps: list(text),
  environments: list(text),
})
export type ProjectView = z.infer<typeof project>

export const event = z.object({
  id: text,
  project: text,
  ref: text,
  before: text.nullable(),
  after: text.nullable(),
  source: z.enum(['push', 'sync', 'person', 'timer', 'release']),
  by: text,
  at,
  run: text.nullable(),
  because: text,
})
export type EventView = z.infer<typeof event>

export const explanation = z.object({
  commit: text,
  title: text,
  story: list(text),
  environments: list(
    z.object({
      track: text,
      live: z.boolean(),
      because: text,
      openedBy: text.nullable(),
      /** The deployment that the gates are of; null when they are of one that nobody has asked for. */
      deployment: text.nullable(),
      /** The newest deployment of it to here, whatever became of it; null when it was never sent. */
      newest: text.nullable(),
      /** Every gate in order; none when there is no release of the commit. */
      gates: list(gate),
    }),
  ),
})
export type ExplanationView = z.infer<typeof explanation>
