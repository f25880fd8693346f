import type { Survey } from './migrations.ts'
import type { ReleaseRef } from './release.ts'

/** A look at what is pending, on its way or done. */
export interface SurveyRun {
  readonly id: string
  readonly project: string
  readonly track: string
  readonly release: ReleaseRef
  readonly variables: number
  /** The person who asked, or the deployment whose plan needs it. */
  readonly by: string
  readonly createdAt: number
  readonly finishedAt: number | null
  readonly state: 'waiting' | 'finished'
  readonly found: Survey | null
}

export interface SurveyCommand {
  readonly do: 'survey'
  readonly survey: string
}
