/**
 * The contract between the engine and where commits come from. Reads, apart from `tag`, `commitFile` and `revert`; every call may be
 * repeated, and "already so" is success.
 */
export interface Source {
  /** Branches and tags as they are now: full ref name (`refs/heads/main`) → full SHA of the commit. Names no push may have are left out. */
  refs(project: string): Promise<ReadonlyMap<string, string>>
  /** Fault `commit.missing` when the object is not there (any more). */
  commit(project: string, sha: string): Promise<Commit>
  /** A file's text at a commit, read as a blob: null when there is none; Fault `config.unreadable` for a link, a folder or more than `limit` bytes. */
  file(project: string, sha: string, path: string, limit: number): Promise<string | null>
  /** Paths that differ between two commits; from null = every path of `to`. */
  changedPaths(project: string, from: string | null, to: string): Promise<readonly string[]>
  /** Whether `ancestor` can be reached from `descendant`; a commit is its own ancestor. */
  isAncestor(project: string, ancestor: string, descendant: string): Promise<boolean>
  /** Commits reachable from `to` and not from `from`, whichever way they came there, newest first, at most `limit`. */
  between(project: string, from: string | null, to: string, limit: number): Promise<readonly LogEntry[]>
  /**
   * What a person would call the history from `from` to `to`: commits of the first line of parents that are reachable from
   * `to` and not from `from`, newest first, at most `limit`.
   */
  log(project: string, from: string | null, to: string, limit: number): Promise<readonly LogEntry[]>
  /** Makes an annotated tag. Fault `tag.taken` when the name stands for another commit; the same tag again is the same object. */
  tag(project: string, tag: NewTag): Promise<void>
  /**
   * Makes a branch with one commit on top of `parent` that writes one file, and gives its SHA. Fault `branch.taken` when the
   * branch is there with something else.
   */
  commitFile(project: string, commit: NewFileCommit): Promise<string>
  /**
   * Makes a branch with one commit on top of `onto` that takes back what `commit` changed, against its first parent. Faults
   * `revert.conflict` with the files, `revert.nothing`, `branch.taken`.
   */
  revert(project: string, revert: NewRevert): Promise<Reverted>
  /** Path of the bare repository, for the runner's `git archive`. */
  path(project: string): string
}

export interface LogEntry extends Commit {
  /** The message below the title. */
  readonly body: string
  /** Paths that it changed, against its first parent. */
  readonly paths: readonly string[]
}

/** Time and person are part of the object, so that making it twice is making it once. */
export interface NewTag {
  /** Without `refs/tags/`. */
  readonly name: string
  readonly commit: string
  readonly message: string
  readonly by: string
  readonly at: number
}

export interface NewFileCommit {
  /** Without `refs/heads/`. */
  readonly branch: string
  readonly parent: string
  readonly path: string
  readonly content: string
  readonly message: string
  readonly by: string
  readonly at: number
}

export interface NewRevert {
  readonly commit: string
  readonly onto: string
  /** Without `refs/heads/`. */
  readonly branch: string
  readonly message: string
  readonly by: string
  readonly at: number
}

export interface Reverted {
  readonly sha: string
  /** False when the branch held it already. */
  readonly isNew: boolean
}

export interface Commit {
  readonly sha: string
  readonly parents: readonly string[]
  readonly title: string
  readonly author: string
  /** Committer date, milliseconds UTC. */
  readonly committedAt: number
}

/** The repositories on this server that people push to. Every call may be repeated; "already so" is success. */
export interface Repositories {
  /** Makes an empty repository with HEAD at `main`; one that is there keeps its commits. */
  create(project: string): Promise<void>
  /**
   * Takes over every branch and tag of another repository: https, ssh, or the absolute path of one on this machine.
   * Faults `repository.origin_refused`, `repository.not_fetched`.
   */
  fetch(project: string, origin: string, signal: AbortSignal): Promise<Fetched>
  remove(project: string): Promise<void>
  /** The full name of a commit that is named by 7 or more of its digits, a branch or a tag; null when nothing is. */
  resolve(project: string, name: string): Promise<string | null>
  /** Makes objects stay for good, also when no branch holds them any more. One that is gone already is left out. */
  keep(project: string, shas: readonly string[]): Promise<void>
  /** Lets git tidy up when there is enough to tidy. */
  collect(project: string, signal: AbortSignal): Promise<void>
}

export interface Fetched {
  /** Its main branch (`refs/heads/main`); null when it has none. */
  readonly head: string | null
  /** Names it has that are not taken for branches or tags here, see `Source.refs`. */
  readonly leftOut: readonly string[]
}

/** What people's git programs talk to: one request of the smart HTTP protocol, already allowed. */
export interface GitServer extends AsyncDisposable {
  /**
   * Faults `git.busy`, `push.malformed`, `push.refused`. When the client goes away, a fetch ends; a push whose objects
   * have all come is carried to its end.
   */
  serve(request: GitRequest): Promise<GitAnswer>
  /** Ends what is under way. */
  [Symbol.asyncDispose](): Promise<void>
}

export type GitService = 'git-upload-pack' | 'git-receive-pack'

export interface GitRequest {
  readonly project: string
  readonly service: GitService
  /** `refs`: which refs are there; `call`: the exchange itself. */
  readonly kind: 'refs' | 'call'
  /** The header `Git-Protocol`. */
  readonly protocol: string | null
  /** The header `Content-Encoding`. */
  readonly encoding: string | null
  readonly body: AsyncIterable<Uint8Array> | null
  /** Name of the token. */
  readonly by: string
  /** Which refs a push may move. */
  readonly mayPush: 'proposals' | 'everything'
  /** The client went away. */
  readonly signal: AbortSignal
}

export interface GitAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
}

/** Hears of a push before git can move a ref; what it gives is called once the push is recorded, or has failed. */
export type BeforePush = (project: string) => () => void

/** Accepts what a push changed, durably; called after git has moved the refs and before the client is told of it. */
export type OnPush = (project: string, push: Pushed) => Promise<PushResult>

export interface Pushed {
  readonly by: string
  /** What it asked for: refs by their full names, and where each should point; null = nowhere any more. */
  readonly moved: readonly { readonly ref: string; readonly after: string | null }[]
}

export interface PushResult {
  /** Lines for the person who pushes. */
  readonly messages: readonly string[]
}

/** Repositories as one file each, with every ref and all that it reaches. */
export interface Bundles {
  state(project: string): Promise<RepositoryState>
  /** What is pushed meanwhile may be in it or not; what it names is whole. */
  write(project: string, file: string, signal: AbortSignal): Promise<void>
  /** Makes the repository anew from its file, or an empty one. */
  read(
    project: string,
    from: { readonly file: string | null; readonly head: string },
    signal: AbortSignal,
  ): Promise<void>
}

export interface RepositoryState {
  /** The branch that HEAD names. */
  readonly head: string
  /** A hash of all refs and where they point. */
  readonly refs: string
  readonly isEmpty: boolean
}
