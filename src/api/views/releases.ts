import { z } from 'zod'
import { at, list, text } from './basics.ts'

export const release = z.object({
  id: text,
  project: text,
  app: text,
  commit: text,
  version: text,
  digest: text,
  bytes: z.int(),
  run: text,
  title: text,
  createdAt: at,
  /** Null while its archive is kept. */
  discardedAt: at.nullable(),
  /** Environments in which it is live. */
  liveIn: list(text),
  /** Other names it is found by. */
  aliases: list(text),
  /** Its tag, once it was published. */
  tag: text.nullable(),
})
export type ReleaseView = z.infer<typeof release>

/** Whether one can go back to a release in an environment that its app is for. */
export const releaseWay = z.object({
  environment: text,
  answer: z.enum(['live', 'yes', 'no']),
  /** The deployment with which it was live last; null: it never was. */
  lastBy: text.nullable(),
  lastAt: at.nullable(),
  /** Why not. */
  obstacles: list(text),
  /** What to know before. */
  warnings: list(text),
})
export type ReleaseWayView = z.infer<typeof releaseWay>

export const releaseDetail = release.extend({
  /** Null unless it was published. */
  published: z.object({ tag: text, notes: text, by: text, at }).nullable(),
  /** Of the environments that whoever asks may look at. */
  ways: list(releaseWay),
})
export type ReleaseDetailView = z.infer<typeof releaseDetail>

export const change = z.object({
  commit: text,
  title: text,
  author: text,
  at,
  pullRequest: z.int().nullable(),
  labels: list(text),
  type: text.nullable(),
  isBreaking: z.boolean(),
})
export type ChangeView = z.infer<typeof change>

export const releaseDraft = z.object({
  project: text,
  app: text,
  /** The publication it goes on from. */
  since: z.object({ tag: text, commit: text }).nullable(),
  head: text,
  changes: list(change),
  /** The history is longer than what was looked at. */
  isCut: z.boolean(),
  at,
  /** Markdown, as a publication of all of it would have it. */
  notes: text,
  /** What would be published now; null, with the reason, when nothing can be. */
  version: text.nullable(),
  because: text.nullable(),
})
export type ReleaseDraftView = z.infer<typeof releaseDraft>

export const publication = z.object({
  project: text,
  app: text,
  release: z.object({ id: text, version: text, commit: text, digest: text }),
  tag: text,
  notes: text,
  by: text,
  at,
})
export type PublicationView = z.infer<typeof publication>

export const changelog = z.object({ path: text, markdown: text })
export type ChangelogView = z.infer<typeof changelog>

export const committedChangelog = z.object({ path: text, branch: text, commit: text })
export type CommittedChangelogView = z.infer<typeof committedChangelog>
