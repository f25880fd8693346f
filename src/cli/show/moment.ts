/** The moment at which something that goes on is drawn. */
export interface Moment {
  /** Of what goes on. */
  readonly mark: string
  readonly now: number
}
