import type { Release } from './release.ts'

export interface RetentionInput {
  /** Of one app, newest first. */
  readonly releases: readonly Pick<Release, 'id'>[]
  /** Ids that serve somewhere, are on their way, or are what some environment would go back to. */
  readonly needed: ReadonlySet<string>
  /** How many of the newest are kept in any case. */
  readonly keep: number
}

/** Releases whose archives may be thrown away. */
export function discardable({ releases, needed, keep }: RetentionInput): readonly string[] {
  return releases
    .slice(keep)
    .map(({ id }) => id)
    .filter((id) => !needed.has(id))
}
