import type { StepCommand } from './deployment.ts'
import type { OneOffCommand } from './one-off.ts'
import type { ReleaseRef } from './release.ts'
import type { JobCommand } from './run.ts'
import type { TargetSpec } from './spec.ts'
import type { SurveyCommand } from './survey-run.ts'

/** What the engine can be asked to perform. Each is stored before it is performed, and may be performed again. */
export type Command =
  | StepCommand
  | JobCommand
  | OneOffCommand
  | SurveyCommand
  | ConvergeCommand
  | ClearCommand
  | SourceCommand
  | DoorCommand
  | VersionsCommand

/** Something to read from or to write into a project's repository, whose result is then recorded. */
export interface SourceCommand {
  readonly do: 'source'
  readonly project: string
  readonly task: SourceTask
}

export type SourceTask =
  /** A timer's tick: the newest commit of a branch gets a run. */
  | { readonly kind: 'timed_run'; readonly branch: string; readonly because: string }
  /** The draft of an app's next publication, up to this commit. */
  | { readonly kind: 'draft'; readonly app: string; readonly head: string }
  /** A published release gets its tag in the repository. */
  | { readonly kind: 'tag'; readonly tag: string }
  /** How a commit stands to another one, which is live. */
  | { readonly kind: 'relation'; readonly commit: string; readonly other: string }
  /** Which commits a deployment has brought to its track, since the one that was live before. */
  | { readonly kind: 'arrivals'; readonly deployment: string; readonly from: string | null }

/** Look which version each instance runs, now that a deployment has ended. */
export interface VersionsCommand {
  readonly do: 'versions'
  readonly deployment: string
}

/** Bring a track's target back to what is live. */
export interface ConvergeCommand {
  readonly do: 'converge'
  readonly track: string
}

/** Tell a track's target who comes in now. It waits for nothing else that happens on the track. */
export interface DoorCommand {
  readonly do: 'door'
  readonly track: string
}

/** Take everything of a track away from its target. It says all that is needed, because by then the track is forgotten. */
export interface ClearCommand {
  readonly do: 'clear'
  readonly track: string
  readonly app: string
  readonly environment: string
  readonly target: TargetSpec
  readonly deployment: string
  readonly release: ReleaseRef
}
