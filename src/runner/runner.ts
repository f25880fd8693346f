import type { Lap } from '../domain/energy.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { ServiceSpec, StepSpec } from '../domain/spec.ts'

/**
 * The contract between the engine and what executes jobs. A job is a list of steps in one fresh workspace made from
 * exactly one commit. `run` may be called again for the same attempt after a crash: it then starts over in a new
 * workspace, after whatever the first call left running has been ended.
 */
export interface Runner {
  /**
   * Runs a job to its end; never rejects for what the job did. A signal ends the job's whole process group
   * (SIGTERM, grace, SIGKILL) and gives outcome `aborted`. Lines are in the log before it resolves.
   */
  run(job: JobPlan, signal: AbortSignal): Promise<JobResult>
  /** Ends every process an earlier server left behind, removes their workspaces; tells the attempts it found. Called once, before the first `run`. */
  recover(): Promise<readonly string[]>
}

export interface JobPlan {
  /** `r17/test/1`: run, job, attempt. Unique for ever; names the workspace, the log and the marks on its processes. */
  readonly attempt: string
  readonly project: string
  /** Path of the bare repository. */
  readonly repository: string
  /** Full SHA; nothing else is ever checked out. */
  readonly commit: string
  /** Committer date, milliseconds UTC: the time every file of an archive carries, so that the same commit gives the same archive. */
  readonly committedAt: number
  readonly branch: string | null
  /** Folder in which steps start, relative to the workspace. */
  readonly directory: string
  readonly steps: readonly StepSpec[]
  readonly services: readonly ServiceSpec[]
  /** What the job sees besides the runner's own few variables. */
  readonly env: Readonly<Record<string, string>>
  /** Secret values by name: in the environment like the others, and masked in every line. */
  readonly secrets: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** For a build: archive the whole workspace when the steps have succeeded, as an app may use what lies beside its folder. */
  readonly archive: boolean
  /** Whether what it starts sees nothing of this machine but programs and its own workspace; null = it sees what we see. */
  readonly sandbox: { readonly network: boolean } | null
}

export interface JobResult {
  readonly outcome: Outcome
  /** A sentence for everything but `succeeded`. */
  readonly reason: string | null
  readonly steps: readonly StepResult[]
  /** What steps wrote as JSON lines `{"name": "value"}` to the file named by SIGNALBOX_OUTPUT. */
  readonly outputs: Readonly<Record<string, string>>
  readonly artifact: StoredArtifact | null
  readonly durationMs: number
  /** What was begun, in order, however it ended. Nothing of them ever fails or holds back a job. */
  readonly laps: readonly Lap[]
}

export interface StepResult {
  readonly name: string
  readonly outcome: Outcome | 'skipped'
  readonly exitCode: number | null
  readonly durationMs: number
  readonly attempts: number
}

export interface StoredArtifact {
  /** SHA-256 of the archive, hex. */
  readonly digest: string
  readonly bytes: number
}

/** Content-addressed archives. Written atomically, verified when used. */
export interface Artifacts {
  /** Whether the archive is there with the right checksum. Fault `artifact.missing` or `artifact.damaged` when not. */
  verify(digest: string): Promise<void>
  list(): Promise<readonly string[]>
  remove(digest: string): Promise<void>
}
