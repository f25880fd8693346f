/** The contract between the engine and where commits come from. Reads only; every call may be repeated. */
export interface Source {
  /** Branches and tags as they are now: full ref name (`refs/heads/main`) → full SHA of the commit. */
  refs(project: string): Promise<ReadonlyMap<string, string>>
  /** Fault `commit.missing` when the object is not there (any more). */
  commit(project: string, sha: string): Promise<Commit>
  /** A file's text at a commit, read as a blob: null when there is none; Fault `config.unreadable` for a link, a folder or more than `limit` bytes. */
  file(project: string, sha: string, path: string, limit: number): Promise<string | null>
  /** Paths that differ between two commits; from null = every path of `to`. */
  changedPaths(project: string, from: string | null, to: string): Promise<readonly string[]>
  /** Whether `ancestor` can be reached from `descendant`; a commit is its own ancestor. */
  isAncestor(project: string, ancestor: string, descendant: string): Promise<boolean>
  /** Commits reachable from `to` and not from `from`, newest first, at most `limit`. */
  between(project: string, from: string | null, to: string, limit: number): Promise<readonly Commit[]>
  /** Path of the bare repository, for the runner's `git archive`. */
  path(project: string): string
}

export interface Commit {
  readonly sha: string
  readonly parents: readonly string[]
  readonly title: string
  readonly author: string
  /** Committer date, milliseconds UTC. */
  readonly committedAt: number
}
