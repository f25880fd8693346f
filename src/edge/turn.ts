import { type Delivery, type LocalAnswer, localAnswer } from './answers.ts'
import type { EdgeContext } from './context.ts'
import { chunked } from './framing.ts'
import type { RequestHead } from './request-head.ts'
import type { Visitor } from './visitor.ts'

/** A visitor's turn: one request until it is answered, by us or by an instance. */
export abstract class Turn {
  readonly request: RequestHead
  protected readonly visitor: Visitor
  protected readonly context: EdgeContext
  protected readonly startedAt: number

  constructor(request: RequestHead, visitor: Visitor, context: EdgeContext, startedAt: number) {
    this.request = request
    this.visitor = visitor
    this.context = context
    this.startedAt = startedAt
  }

  abstract begin(): void
  /** Whether the request's body has somewhere to go. */
  abstract readonly canTakeBody: boolean
  /** The visitor has seen the beginning of an answer. */
  abstract readonly hasBegunAnswer: boolean
  abstract onRequestBody(bytes: Buffer): void
  abstract onRequestEnd(): void
  /** The visitor left, or broke the rules in the middle of a body. */
  abstract onVisitorGone(): void
  abstract onVisitorDrain(): void
  /** Ends it now. */
  abstract cut(): void
  abstract check(now: number): void

  /** A whole answer of our own. */
  protected say(answer: LocalAnswer, isLast = false): void {
    const isClose = isLast || this.endsConnection
    this.visitor.write(localAnswer(answer, this.delivery(isClose)))
    this.visitor.finish(isClose)
  }

  protected get endsConnection(): boolean {
    return !this.request.isKeepAlive || this.context.isStopping || this.#hasMuchToCome()
  }

  protected delivery(isClose: boolean): Delivery {
    const { method, minor } = this.request
    return { isHead: method === 'HEAD', isClose, minor, now: this.context.clock.now() }
  }

  /** Whether the rest of the body is not worth reading only to keep the connection. */
  #hasMuchToCome(): boolean {
    const { framing, expectsContinue } = this.request
    if (this.visitor.isRequestComplete) return false
    return expectsContinue || framing === chunked || framing > this.context.limits.swallowBytes
  }
}
