/** One accepted fact from outside. Accepted once; it led to a run, or `because` says why to none. */
export interface AcceptedEvent {
  readonly id: string
  readonly project: string
  /** Full name: `refs/heads/main`. */
  readonly ref: string
  /** Full SHA before; null = the ref is new. */
  readonly before: string | null
  /** Full SHA after; null = the ref was deleted. */
  readonly after: string | null
  /** `push` = told by the push itself; `sync` = found by comparing refs at start or from time to time; `timer` = the configuration asked for it at this time; `release` = a person published one. */
  readonly source: 'push' | 'sync' | 'person' | 'timer' | 'release'
  readonly by: string
  readonly at: number
  readonly run: string | null
  readonly because: string
}
