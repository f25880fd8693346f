import type { Outcome } from './outcome.ts'
import type { ReleaseRef } from './release.ts'

/** A command in the context of what is live in an environment, asked for by a person. */
export interface OneOffRun {
  readonly id: string
  readonly project: string
  readonly track: string
  readonly release: ReleaseRef
  readonly variables: number
  readonly command: readonly string[]
  readonly by: string
  readonly createdAt: number
  readonly finishedAt: number | null
  readonly state: 'waiting' | 'finished'
  readonly outcome: Outcome | null
  readonly reason: string | null
  readonly exitCode: number | null
  readonly limitMs: number
}

export interface OneOffCommand {
  readonly do: 'one_off'
  readonly oneOff: string
}
