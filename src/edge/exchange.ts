import type { AnswerHead } from './answer-head.ts'
import { answerHeadText } from './answers.ts'
import { Attempts, type Passed } from './attempts.ts'
import { BadMessage } from './bad-message.ts'
import { chunkOf, lastChunk } from './chunks.ts'
import type { EdgeContext } from './context.ts'
import type { Ending } from './counters.ts'
import { headForInstance } from './forwarded.ts'
import { chunked, untilClose } from './framing.ts'
import type { InFlight, Instance } from './instance.ts'
import { isRepeatable, pathOf } from './request-head.ts'
import { Turn } from './turn.ts'
import { type AnswerTaker, Upstream } from './upstream.ts'
import type { Visitor } from './visitor.ts'

/** More of these before an answer is no answer. */
const maxInterim = 32

const refusals: Readonly<Record<number, string>> = {
  502: 'the instance gave no whole answer\n',
  503: 'no instance to answer\n',
  504: 'no answer in time\n',
}

type State = 'connecting' | 'sending' | 'answering' | 'done'

/** One request and its answer: from the choice of an instance to the counting of how it ended. */
export class Exchange extends Turn implements AnswerTaker, InFlight {
  readonly isTunnel = false
  readonly #admitted: Passed
  readonly #attempts = new Attempts()
  #state: State = 'connecting'
  #touchedAt: number
  #instance: Instance | null = null
  #upstream: Upstream | null = null
  #isReused = false
  #interims = 0
  #hasContinued = false
  #answer: AnswerHead | null = null
  #latencyMs: number | null = null
  #isClose = false

  constructor(admitted: Passed, visitor: Visitor, context: EdgeContext, startedAt: number) {
    super(admitted.request, visitor, context, startedAt)
    this.#admitted = admitted
    this.#touchedAt = context.now()
  }

  get method(): string {
    return this.request.method
  }

  get wantsPayload(): boolean {
    return this.request.minor === 0
  }

  get hasBegunAnswer(): boolean {
    return this.#answer !== null
  }

  get canTakeBody(): boolean {
    const isTaking = this.#state === 'sending' || this.#state === 'answering'
    return isTaking && this.#upstream !== null && !this.#upstream.needsDrain
  }

  begin(): void {
    this.#next()
  }

  /** The next instance to try, or the end of trying. */
  #next(): void {
    const pinned = this.visitor.pinned?.instance ?? null
    const chosen = this.#attempts.next(this.#admitted, this, { pinned, now: this.context.clock.monotonic() })
    if (chosen === null) {
      this.#refuse(this.#attempts.status, this.#attempts.problem)
      return
    }
    this.#instance = chosen
    this.#attempt(chosen)
  }

  #attempt(instance: Instance): void {
    const { pinned } = this.visitor
    this.#touchedAt = this.context.now()
    this.#isReused = pinned?.canCarry(instance, isRepeatable(this.request)) ?? false
    if (pinned !== null && this.#isReused) {
      this.#upstream = pinned
      pinned.carry(this)
      this.onConnected()
      return
    }
    pinned?.close()
    this.#state = 'connecting'
    this.#upstream = new Upstream(instance, this, this.context)
    this.visitor.pinned = this.#upstream
  }

  onConnected(): void {
    this.#state = 'sending'
    this.#touchedAt = this.context.now()
    const { address, port } = (this.#instance as Instance).spec
    const head = headForInstance(this.request, {
      instance: `${address}:${port}`,
      address: this.visitor.address,
      isTrusted: this.context.trustsForwarded,
      newRequestId: this.context.newRequestId,
    })
    this.#upstream?.send(head)
    this.visitor.takeBody()
  }

  onUnreachable(problem: string): void {
    this.#leave()
    this.#attempts.unreachable(this.#instance as Instance, problem)
    this.#next()
  }

  onLost(problem: string, status: number): void {
    const isSilent = status === 502 && this.#upstream?.hasSpoken === false
    this.#leave()
    if (isSilent && isRepeatable(this.request)) {
      const lost = { problem, wasIdle: this.#isReused }
      if (this.#attempts.mayRepeat(this.#instance as Instance, lost)) {
        this.#next()
        return
      }
    }
    if (this.#answer === null) {
      this.#refuse(status, problem)
      return
    }
    this.#settle('refused')
    this.#recordLoss(`lost in the middle of the answer: ${problem}`)
    this.#breakOff()
  }

  onAnswerHead(head: AnswerHead): void {
    this.#touchedAt = this.context.now()
    if (head.status === 101) {
      this.#upgrade(head)
      return
    }
    if (head.isInterim) {
      this.#passInterim(head)
      return
    }
    this.#state = 'answering'
    this.#answer = head
    this.#latencyMs = this.context.clock.monotonic() - this.startedAt
    this.#isClose = this.#mustClose(head)
    this.#writeHead(head)
  }

  #mustClose(head: AnswerHead): boolean {
    const { request } = this
    if (!request.isKeepAlive || this.context.isStopping || head.framing === untilClose) return true
    if (this.wantsPayload && head.saysChunked) return true
    // Without a 100 the visitor may or may not send the body, so what follows could be either.
    return request.expectsContinue && !this.#hasContinued && !this.visitor.isRequestComplete
  }

  #writeHead(head: AnswerHead): void {
    const { minor } = this.request
    const isChunked = head.saysChunked && !this.wantsPayload
    const text = answerHeadText(head, { isClose: this.#isClose, minor, isChunked })
    const proof = this.#admitted.isOwn ? `X-Signalbox-Instance: ${this.#instance?.name}\r\n` : ''
    this.visitor.write(`${text}${proof}\r\n`)
  }

  #passInterim(head: AnswerHead): void {
    if (++this.#interims > maxInterim) throw new BadMessage(502, 'too many interim answers')
    if (head.status === 100) this.#hasContinued = true
    if (this.request.minor === 1) this.visitor.write(`HTTP/1.1 ${head.status} ${head.reason}\r\n${head.lines}\r\n`)
  }

  #upgrade(head: AnswerHead): void {
    if (!this.request.isWebSocket) throw new BadMessage(502, 'an upgrade that nobody asked for')
    const upstream = this.#upstream as Upstream
    this.#answer = head
    this.#latencyMs = this.context.clock.monotonic() - this.startedAt
    this.visitor.write(`HTTP/1.1 101 ${head.reason}\r\n${head.lines}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    // The tunnel is in flight before the request no longer is, so that a drain does not see zero in between.
    this.visitor.becomeTunnel(upstream, this.#instance as Instance)
    this.#settle('served')
  }

  onAnswerBody(bytes: Buffer): void {
    this.#touchedAt = this.context.now()
    if (!this.visitor.write(bytes)) this.#upstream?.pause()
  }

  onAnswerEnd(): void {
    const answer = this.#answer as AnswerHead
    const upstream = this.#upstream
    this.#settle(answer.status >= 500 ? 'serverErrors' : 'served')
    if (answer.isKeepAlive && this.visitor.isRequestComplete) upstream?.release(this.context.clock.monotonic())
    else this.#dropUpstream()
    this.visitor.finish(this.#isClose)
  }

  onBurst(isBeginning: boolean): void {
    if (isBeginning) this.visitor.cork()
    else this.visitor.uncork()
  }

  onUpstreamDrain(): void {
    this.#touchedAt = this.context.now()
    this.visitor.takeBody()
  }

  onVisitorDrain(): void {
    this.#touchedAt = this.context.now()
    this.#upstream?.resume()
  }

  onRequestBody(bytes: Buffer): void {
    const upstream = this.#upstream
    if (upstream === null) return
    this.#touchedAt = this.context.now()
    if (this.request.framing !== chunked) {
      upstream.send(bytes)
      return
    }
    upstream.cork()
    for (const part of chunkOf(bytes)) upstream.send(part)
    upstream.uncork()
  }

  onRequestEnd(): void {
    this.#touchedAt = this.context.now()
    if (this.request.framing === chunked) this.#upstream?.send(lastChunk)
  }

  /** The visitor left, or broke the rules in the middle of a body. */
  onVisitorGone(): void {
    if (this.#state === 'done') return
    this.#settle('clientGone')
    this.#dropUpstream()
  }

  cut(): void {
    if (this.#state === 'done') return
    const hadBegun = this.hasBegunAnswer
    this.#settle('cut')
    this.#dropUpstream()
    this.#recordLoss('still not answered when the drain limit was reached')
    if (hadBegun) this.#breakOff()
    else this.say({ status: 503, body: 'not answered in time\n', retryAfterS: 1 }, true)
  }

  /** In the middle of the answer: the visitor must see that it is not whole. */
  #breakOff(): void {
    const endsByClose = this.#answer?.framing === untilClose || this.wantsPayload
    if (endsByClose) this.visitor.reset()
    else this.visitor.abort()
  }

  check(now: number): void {
    const { limits } = this.context
    const quietMs = now - this.#touchedAt
    if (this.#state === 'connecting') {
      if (quietMs > limits.connectMs) this.#upstream?.timedOut('it took no connection in time', 504)
    } else if (this.#state === 'answering') {
      this.#checkAnswering(quietMs)
    } else if (this.#state === 'sending') {
      this.#checkSending(quietMs)
    }
  }

  #checkAnswering(quietMs: number): void {
    const { visitorStallMs, answerIdleMs } = this.context.limits
    if (this.visitor.needsDrain) {
      if (quietMs <= visitorStallMs) return
      this.onVisitorGone()
      this.visitor.abort()
    } else if (quietMs > answerIdleMs) {
      this.#upstream?.timedOut('it stopped in the middle of the answer', 504)
    }
  }

  #checkSending(quietMs: number): void {
    const { limits } = this.context
    const waitsForVisitor = !this.visitor.isRequestComplete && this.canTakeBody
    if (!waitsForVisitor) {
      if (quietMs > limits.answerMs) this.#upstream?.timedOut('it gave no answer in time', 504)
    } else if (quietMs > limits.bodyIdleMs) {
      this.onVisitorGone()
      this.say({ status: 408, body: 'the rest of the request did not come\n' }, true)
    }
  }

  #refuse(status: number, why: string): void {
    this.#settle('refused')
    this.#recordLoss(why)
    this.say({ status, body: refusals[status] ?? '', ...(status === 503 && { retryAfterS: 1 }) })
  }

  #settle(ending: Ending): void {
    this.#state = 'done'
    this.#instance?.remove(this, this.context.clock)
    const { track, counted } = this.#admitted
    const isAnswer = ending === 'served' || ending === 'serverErrors'
    const digest = this.#answer === null ? '' : (this.#instance?.spec.digest ?? '')
    track.counters.end(counted, ending, { digest, latencyMs: isAnswer ? this.#latencyMs : null })
  }

  #recordLoss(why: string): void {
    const { method, target } = this.request
    const { track, counted } = this.#admitted
    const instance = this.#instance?.name ?? null
    track.counters.lost(counted, { at: this.context.clock.now(), method, path: pathOf(target), why, instance })
  }

  /** The instance has nothing more to do with this request. */
  #leave(): void {
    this.#instance?.remove(this, this.context.clock)
    this.#upstream = null
    this.visitor.pinned = null
  }

  #dropUpstream(): void {
    this.#upstream?.close()
    this.#upstream = null
    this.visitor.pinned = null
  }
}
