import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { releaseRef } from './common.ts'
import { deployment } from './deployments.ts'
import { access, maintenance } from './doors.ts'
import { freezeStatus } from './freezes.ts'
import { variableChanges } from './variables.ts'

export const lock = z.object({ by: text, reason: text, at, expiresAt: at.nullable() })
export type LockView = z.infer<typeof lock>

export const observedInstance = z.object({
  name: text,
  deployment: text,
  version: text,
  digest: text,
  process: text,
  state: z.enum(['starting', 'healthy', 'unhealthy', 'backoff', 'stopping', 'exited']),
  pid: z.int().nullable(),
  startedAt: at.nullable(),
  restarts: z.int(),
  lastExit: text.nullable(),
  /** What it takes of its machine, with all it has started: bytes, and milliseconds of one processor since its start. */
  usage: z.object({ memoryBytes: z.int(), cpuMs: z.int() }).nullable(),
})
export type InstanceView = z.infer<typeof observedInstance>

export const queued = deployment.extend({
  /** 1 goes next. */
  place: z.int(),
  /** The deployment that moves where this one wants to. */
  holder: text.nullable(),
  /** The first thing in its way, and who or what opens it. */
  held: z.object({ because: text, openedBy: text.nullable() }),
})
export type QueuedView = z.infer<typeof queued>

/** One app in one environment. Desired, attempted, running and serving are four things, and kept apart. */
export const track = z.object({
  track: text,
  app: text,
  environment: text,
  /** Where visitors reach it: as signalbox.yml names it, or at the built-in edge; null where neither is known. */
  url: text.nullable(),
  desired: z.object({ release: releaseRef, deployment: text, variables: z.int(), instances: list(text) }).nullable(),
  /** What people have changed since its instances were started; null when nothing. */
  newerVariables: variableChanges.extend({ version: z.int() }).nullable(),
  attempted: deployment.nullable(),
  /** What the target told, and when. */
  running: z.object({ at, instances: list(observedInstance) }).nullable(),
  /** Why `running` is not of this moment; null when it is. */
  stale: text.nullable(),
  /** Instances the edge sends visitors to. */
  serving: list(text),
  /** `mixed versions: 2 of v1, 1 of v2`; null while every instance runs the same. */
  mixed: text.nullable(),
  /** Why it cannot go back to another release, whoever asks; null: it can. */
  noWayBack: text.nullable(),
  /** What the last look found amiss. */
  finding: text.nullable(),
  lock: lock.nullable(),
  /** Who may look: everybody, or whoever has a password. */
  access,
  /** What visitors see in place of the app. */
  maintenance: maintenance.nullable(),
  /** What keeps it frozen, now or later; null when nothing does. */
  freeze: freezeStatus.nullable(),
  active: deployment.nullable(),
  /** In the order in which they go. */
  queue: list(queued),
  /** For people, each with the hash they would say yes to. */
  waiting: list(z.object({ deployment, plan: text })),
})
export type TrackView = z.infer<typeof track>
