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
  /** `push` = told by the push itself; `sync` = found by comparing refs at start or on the timer. */
  readonly source: 'push' | 'sync' | 'person'
  readonly by: string
  readonly at: number
  readonly run: string | null
  readonly because: string
}
