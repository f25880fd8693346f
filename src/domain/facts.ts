/** One line of the append-only journal, before the store gives it a number and a place in the hash chain. */
export interface FactDraft {
  /** `deployment.finished`, `run.accepted`, `variables.changed`: noun and past participle. */
  readonly kind: string
  readonly project: string | null
  /** Id of what it is about: run, deployment, track, environment, project. */
  readonly subject: string
  /** A person's or token's name, or `signalbox` for what it did by itself. */
  readonly by: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Fact extends FactDraft {
  readonly seq: number
  readonly at: number
  readonly hash: string
  readonly previous: string
}

export const self = 'signalbox'
