import { utcMinute } from '../lib/utc.ts'
import type { Change } from './change.ts'
import type { ReleaseRef } from './release.ts'

/** A release that a person made public: it has a tag from then on, and goes to the environments that wait for that. */
export interface Publication {
  readonly project: string
  readonly app: string
  readonly release: ReleaseRef
  readonly tag: string
  /** Markdown. */
  readonly notes: string
  readonly by: string
  readonly at: number
}

/** `2026.11.26.02.29.11`, UTC. */
export function publicationTime(atMs: number): string {
  return (new Date(atMs).toISOString().match(/\d+/g) ?? []).slice(0, 6).join('.')
}

/** The file in the repository that tells of it: `changelogs/<app>/<time>.md`. */
export function changelogPath({ app, at }: Publication): string {
  return `changelogs/${app}/${publicationTime(at)}.md`
}

export function changelogText({ app, release, notes, tag, by, at }: Publication): string {
  return `# ${app} ${publicationTime(at)}\n\nPublished by ${by} on ${utcMinute(at)} as \`${tag}\`: ${release.version}, commit ${release.commit}.\n\n${notes.trim()}\n`
}

/** What the next publication of an app would tell of: kept up to date with every push. */
export interface ReleaseDraft {
  readonly project: string
  readonly app: string
  /** The publication that it goes on from; null before the first one. */
  readonly since: { readonly tag: string; readonly commit: string } | null
  /** The newest commit that was looked at. */
  readonly head: string
  readonly changes: readonly Change[]
  /** The history is longer than what was looked at. */
  readonly isCut: boolean
  readonly at: number
}
