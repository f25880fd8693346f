import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { outcome, releaseRef } from './common.ts'
import { deployment } from './deployments.ts'
import { maintenance } from './doors.ts'
import { freezeStatus } from './freezes.ts'
import { lock } from './tracks.ts'

/** What people should know of it before anything else. */
export const mark = z.enum(['failing', 'waiting', 'moving', 'queued', 'well', 'empty'])
export type MarkView = z.infer<typeof mark>

const versions = list(z.object({ version: text, instances: z.int(), healthy: z.int() }))

export const overviewTrack = z.object({
  track: text,
  app: text,
  environment: text,
  url: text.nullable(),
  mark,
  /** What should run, and who left it there. */
  live: z.object({ release: releaseRef, deployment: text, title: text, by: text, at }).nullable(),
  /** The deployment that began or ended last. */
  attempted: z
    .object({
      deployment: text,
      release: releaseRef,
      title: text,
      reason: deployment.shape.reason,
      by: text,
      at,
      state: deployment.shape.state,
      outcome: outcome.nullable(),
      because: text.nullable(),
      rolledBack: z.boolean(),
      step: z.object({ at: z.int(), of: z.int() }).nullable(),
    })
    .nullable(),
  /** What the target told when it was last asked; `status` asks it. */
  running: z.object({ at, versions }).nullable(),
  /** What visitors get, by the same word. */
  serving: versions,
  mixed: text.nullable(),
  finding: text.nullable(),
  /** Changes that could come; null while they are not counted. */
  undeployed: z.object({ count: z.int(), isMore: z.boolean() }).nullable(),
  /** For people to agree. */
  waiting: list(z.object({ deployment: text, version: text, by: text })),
  queued: z.int(),
  lock: lock.nullable(),
  freeze: freezeStatus.shape.now,
  maintenance: maintenance.nullable(),
})
export type OverviewTrackView = z.infer<typeof overviewTrack>

export const overviewProject = z.object({
  name: text,
  mark,
  newestRun: z
    .object({
      id: text,
      branch: text.nullable(),
      title: text,
      by: text,
      at,
      state: z.enum(['waiting', 'running', 'finished']),
      outcome: outcome.nullable(),
    })
    .nullable(),
  /** In the order of their waves. */
  environments: list(z.object({ name: text, displayName: text, wave: z.int() })),
  apps: list(text),
  tracks: list(overviewTrack),
})
export type OverviewProjectView = z.infer<typeof overviewProject>
