import { connect } from 'node:net'
import { messageOf } from '../lib/fault.ts'
import { type AnswerHead, parseAnswerHead } from './answer-head.ts'
import { BadMessage } from './bad-message.ts'
import type { EdgeContext } from './context.ts'
import type { Framing } from './framing.ts'
import { type MessageEvents, MessageReader } from './http1.ts'
import type { IdleUpstream, Instance } from './instance.ts'
import { Wire, type WireUser } from './wire.ts'

/** Who is told what an instance answers. */
export interface AnswerTaker {
  readonly method: string
  /** The visitor knows no chunks. */
  readonly wantsPayload: boolean
  onConnected(): void
  /** Not a byte of the request was sent. */
  onUnreachable(problem: string): void
  onAnswerHead(head: AnswerHead): void
  onAnswerBody(bytes: Buffer): void
  onAnswerEnd(): void
  /** The connection ended, or said something that is no answer, before the answer was whole. */
  onLost(problem: string, status: number): void
  /** It takes more of the request's body. */
  onUpstreamDrain(): void
  /** Around the events of one piece of bytes, so that what they write goes out as one. */
  onBurst(isBeginning: boolean): void
}

const maxAnswerHeadBytes = 128 * 1024

/** One connection to one instance, used by one visitor's connection only. */
export class Upstream implements WireUser, MessageEvents, IdleUpstream {
  readonly instance: Instance
  readonly #generation: number
  readonly #context: EdgeContext
  readonly #wire: Wire
  readonly #reader: MessageReader
  /** Whether a byte came since the request was sent. */
  hasSpoken = false
  #taker: AnswerTaker | null
  #isConnected = false
  #isOpen = true
  #idleSince = 0
  #keepAliveMs: number
  /** Whether the head that was read last is an interim one, which ends nothing. */
  #isInterim = false
  /** The answer is whole; told when the bytes around its end have been looked at. */
  #hasEnded = false
  /** It said more than it was asked, or will say no more. */
  #isSpoiled = false

  /** Opens a connection for a request that is already counted in flight. */
  constructor(instance: Instance, taker: AnswerTaker, context: EdgeContext) {
    this.instance = instance
    this.#generation = instance.generation
    this.#taker = taker
    this.#context = context
    this.#keepAliveMs = context.limits.upstreamIdleMs
    this.#reader = new MessageReader(this, maxAnswerHeadBytes)
    const { address, port } = instance.spec
    const socket = connect({ host: address, port, noDelay: true, allowHalfOpen: true })
    this.#wire = new Wire(socket, this, (error) => context.log.error('an upstream connection failed', { error }))
    instance.upstreams.add(this)
  }

  get wire(): Wire {
    return this.#wire
  }

  get needsDrain(): boolean {
    return this.#wire.socket.writableNeedDrain
  }

  /** Whether a connection kept since an earlier request can carry the next one. */
  canCarry(instance: Instance, isRepeatable: boolean): boolean {
    if (!this.#isOpen || this.#taker !== null || this.instance !== instance) return false
    if (this.#generation !== instance.generation) return false
    if (isRepeatable) return true
    return this.#context.clock.monotonic() - this.#idleSince < this.#context.limits.reuseUnsafeMs
  }

  carry(taker: AnswerTaker): void {
    this.#taker = taker
    this.hasSpoken = false
  }

  send(data: string | Buffer): boolean {
    return this.#wire.socket.write(data, 'latin1')
  }

  cork(): void {
    this.#wire.socket.cork()
  }

  uncork(): void {
    this.#wire.socket.uncork()
  }

  pause(): void {
    this.#wire.socket.pause()
  }

  resume(): void {
    this.#wire.socket.resume()
  }

  /** The request is over and its answer whole: the connection waits for the same visitor's next one. */
  release(now: number): void {
    this.#taker = null
    this.#idleSince = now
    this.#wire.socket.resume()
    if (this.#isSpoiled || !this.instance.isRouted) this.close()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#forget()
    this.#wire.socket.destroy()
  }

  unpin(): void {
    if (this.#taker === null) this.close()
  }

  /** Whether it is closed; one that nobody uses is closed by us before the instance closes it. */
  isGone(now: number): boolean {
    if (this.#taker === null && now - this.#idleSince > this.#keepAliveMs) this.close()
    return !this.#isOpen
  }

  /** Gives up the socket, to become one end of a tunnel. */
  handOver(): Wire {
    this.#forget()
    return this.#wire
  }

  onConnect(): void {
    this.#isConnected = true
    this.instance.tookConnection()
    this.#taker?.onConnected()
  }

  onData(bytes: Buffer): void {
    const taker = this.#taker
    if (taker === null) {
      // nobody asked: it cannot be an answer
      this.close()
      return
    }
    this.hasSpoken = true
    taker.onBurst(true)
    try {
      this.#readAll(bytes)
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error
      this.#lose(`it answered ${error.message}`, 502)
    } finally {
      taker.onBurst(false)
    }
  }

  #readAll(bytes: Buffer): void {
    let rest = bytes
    while (rest.length > 0 && this.#isOpen && !this.#hasEnded) rest = rest.subarray(this.#reader.read(rest))
    if (this.#wire.user !== this) {
      if (rest.length > 0) this.#wire.user.onData(rest)
      return
    }
    // More than the answer: whatever it is, the next request must not get it.
    if (rest.length > 0) this.#isSpoiled = true
    this.#tellEnd()
  }

  #tellEnd(): void {
    if (!this.#hasEnded) return
    this.#hasEnded = false
    this.#taker?.onAnswerEnd()
  }

  onHead(text: string): Framing {
    const taker = this.#taker as AnswerTaker
    const head = parseAnswerHead(text, taker.method)
    this.#isInterim = head.isInterim
    if (!head.isInterim && head.keepAliveMs !== null) this.#shortenIdle(head.keepAliveMs)
    this.#reader.chunkMode = taker.wantsPayload ? 'payload' : 'whole'
    taker.onAnswerHead(head)
    return head.framing
  }

  onBody(bytes: Buffer): void {
    this.#taker?.onAnswerBody(bytes)
  }

  onMessageEnd(): void {
    if (!this.#isInterim) this.#hasEnded = true
  }

  onEnd(): void {
    if (!this.#isOpen) return
    this.#isSpoiled = true
    if (this.#taker === null) {
      this.close()
      return
    }
    if (!this.#reader.close()) {
      this.#lose('it closed the connection', 502)
      return
    }
    this.#tellEnd()
    this.close()
  }

  onDrain(): void {
    this.#taker?.onUpstreamDrain()
  }

  onClose(error: Error | null): void {
    if (!this.#isOpen) return
    this.#lose(error === null ? 'it closed the connection' : messageOf(error), 502)
  }

  /** The time given for a connection is over. */
  timedOut(problem: string, status: number): void {
    this.#lose(problem, status)
  }

  #lose(problem: string, status: number): void {
    const taker = this.#taker
    const wasConnected = this.#isConnected
    this.close()
    if (taker === null) return
    if (wasConnected) {
      taker.onLost(problem, status)
      return
    }
    this.instance.refusedConnection(this.#context.clock.monotonic(), this.#context.limits.downMs)
    taker.onUnreachable(problem)
  }

  /** Half of what it promises, as its clock started before ours. */
  #shortenIdle(promisedMs: number): void {
    this.#keepAliveMs = Math.min(this.#context.limits.upstreamIdleMs, promisedMs / 2)
  }

  #forget(): void {
    this.#isOpen = false
    this.#taker = null
    this.instance.upstreams.delete(this)
  }
}
