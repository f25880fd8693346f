/** A message that breaks the rules of HTTP/1.1 or our limits. Never leaves the edge: it becomes an answer with this status. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage'
  readonly status: number

  constructor(status: number, problem: string) {
    super(problem)
    this.status = status
  }
}
