import type { StepCommand } from './deployment.ts'
import type { OneOffCommand } from './one-off.ts'
import type { JobCommand } from './run.ts'

/** What the engine can be asked to perform. Each is stored before it is performed, and may be performed again. */
export type Command = StepCommand | JobCommand | OneOffCommand | ConvergeCommand

/** Bring a track's target back to what is live. */
export interface ConvergeCommand {
  readonly do: 'converge'
  readonly track: string
}
