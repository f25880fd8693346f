/** A commit that became live on a track for the first time. */
export interface Arrival {
  readonly commit: string
  /** When the server first heard of it. */
  readonly acceptedAt: number
  readonly liveAt: number
  /** The commit that it takes back, by its message. */
  readonly reverts: string | null
}

interface Node {
  readonly sha: string
  readonly parents: readonly string[]
}

/**
 * When each commit was accepted: with the earliest push that had it in its history. `pushes`: the newest commit of a push →
 * when it came. A commit that none of them brought is left out.
 */
export function acceptedTimes(
  commits: readonly Node[],
  pushes: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const parents = new Map(commits.map((each) => [each.sha, each.parents]))
  const times = new Map<string, number>()
  for (const [head, at] of [...pushes].sort(([, one], [, other]) => one - other)) {
    const open = [head]
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      if (times.has(sha) || !parents.has(sha)) continue
      times.set(sha, at)
      open.push(...(parents.get(sha) ?? []))
    }
  }
  return times
}

/** As `git revert` writes it. */
export function revertedIn(body: string): string | null {
  return /^This reverts commit ([0-9a-f]{40}|[0-9a-f]{64})\b/m.exec(body)?.[1] ?? null
}
