import { type Change, changeOf } from './change.ts'
import type { Outcome } from './outcome.ts'

/** One commit as the history and the store know it. */
export interface KnownCommit {
  readonly sha: string
  readonly title: string
  readonly body: string
  readonly author: string
  readonly committedAt: number
  /** It touches the app. */
  readonly touches: boolean
  /** Version of the release made from it. */
  readonly release: string | null
  /** Environments in which that release has succeeded. */
  readonly succeededIn: readonly string[]
  readonly runs: readonly { readonly id: string; readonly outcome: Outcome | null }[]
}

export interface UndeployedChange extends Change {
  /** The oldest release that holds it; null while it is in none. */
  readonly release: string | null
  /** Environments that have run a release with it. */
  readonly seenIn: readonly string[]
  /** It has been seen wherever it must have been before it may come. */
  readonly isReady: boolean
  /** What became of the runs of this very commit. */
  readonly runs: KnownCommit['runs']
}

/** Newest first. A release holds its own commit and everything before it. */
export function undeployedOf(log: readonly KnownCommit[], needs: readonly string[]): readonly UndeployedChange[] {
  const changes: UndeployedChange[] = []
  const seenIn = new Set<string>()
  let release: string | null = null
  for (const commit of log) {
    release = commit.release ?? release
    for (const name of commit.succeededIn) seenIn.add(name)
    if (!commit.touches) continue
    const isReady = release !== null && needs.every((name) => seenIn.has(name))
    changes.push({ ...changeOf(commit), release, seenIn: [...seenIn], isReady, runs: commit.runs })
  }
  return changes
}
