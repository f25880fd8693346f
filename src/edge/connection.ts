import type { Socket } from 'node:net'
import { messageOf } from '../lib/fault.ts'
import { localAnswer } from './answers.ts'
import { BadMessage } from './bad-message.ts'
import type { EdgeContext, Entrance, Watched } from './context.ts'
import type { Framing } from './framing.ts'
import { type MessageEvents, MessageReader } from './http1.ts'
import type { Instance } from './instance.ts'
import { Reception } from './reception.ts'
import { parseRequestHead } from './request-head.ts'
import { Tunnel } from './tunnel.ts'
import type { Turn } from './turn.ts'
import type { Upstream } from './upstream.ts'
import type { Visitor } from './visitor.ts'
import { Wire, type WireUser } from './wire.ts'

/**
 * `reading`: between requests or within a head. `exchange`: a request is being answered. `swallowing`: it was answered
 * before its body ended. `lingering`: we said the last word. `gone`: closed, or a tunnel now.
 */
type Phase = 'reading' | 'exchange' | 'swallowing' | 'lingering' | 'gone'

/** One visitor's connection: requests one after the other, each answered before the next is begun. */
export class VisitorConnection implements Visitor, Watched, WireUser, MessageEvents {
  readonly address: string
  readonly entrance: Entrance
  pinned: Upstream | null = null
  isRequestComplete = true
  readonly #context: EdgeContext
  readonly #wire: Wire
  readonly #reader: MessageReader
  #phase: Phase = 'reading'
  #since: number
  #turn: Turn | null = null
  /** Bytes that came but cannot be used yet. */
  #ahead: Buffer | null = null
  #isPumping = false
  #swallowed = 0

  constructor(socket: Socket, entrance: Entrance, context: EdgeContext) {
    this.address = plainAddress(socket.remoteAddress ?? '')
    this.entrance = entrance
    this.#context = context
    this.#since = context.now()
    this.#reader = new MessageReader(this, context.limits.maxHeadBytes)
    this.#reader.chunkMode = 'payload'
    this.#wire = new Wire(socket, this, (error) => context.log.error('a visitor connection failed', { error }))
    context.watched.add(this)
  }

  get isIdle(): boolean {
    return this.#phase === 'reading' || this.#phase === 'lingering'
  }

  get needsDrain(): boolean {
    return this.#wire.socket.writableNeedDrain
  }

  write(data: string | Buffer): boolean {
    return this.#wire.socket.write(data, 'latin1')
  }

  cork(): void {
    this.#wire.socket.cork()
  }

  uncork(): void {
    this.#wire.socket.uncork()
  }

  takeBody(): void {
    this.#pump()
  }

  finish(isClose: boolean): void {
    this.#turn = null
    if (isClose) {
      this.#linger()
      return
    }
    this.#swallowed = 0
    this.#enter(this.isRequestComplete ? 'reading' : 'swallowing')
    this.#pump()
  }

  handTo(turn: Turn): void {
    this.#turn = turn
  }

  abort(): void {
    this.#turn = null
    this.#wire.socket.destroy()
    this.#leave()
  }

  reset(): void {
    this.#wire.socket.resetAndDestroy()
    this.abort()
  }

  becomeTunnel(upstream: Upstream, instance: Instance): void {
    this.#turn = null
    this.pinned = null
    const ahead = this.#ahead
    this.#leave()
    new Tunnel(instance, this.#wire, upstream.handOver(), this.#context)
    if (ahead !== null) this.#wire.user.onData(ahead)
  }

  onData(bytes: Buffer): void {
    if (this.#phase === 'gone') return
    if (this.#phase === 'lingering') {
      this.#swallow(bytes)
      return
    }
    this.#ahead = this.#ahead === null ? bytes : Buffer.concat([this.#ahead, bytes])
    this.#pump()
  }

  onHead(text: string): Framing {
    const request = parseRequestHead(text, this.#context.limits.maxFields)
    this.isRequestComplete = request.framing === 0
    this.#turn = new Reception(request, this, this.#context)
    return request.framing
  }

  onBody(bytes: Buffer): void {
    if (this.#turn === null) this.#swallow(bytes)
    else this.#turn.onRequestBody(bytes)
  }

  onMessageEnd(): void {
    if (this.isRequestComplete) return // there was no body
    this.isRequestComplete = true
    this.#turn?.onRequestEnd()
    if (this.#phase === 'swallowing') this.#enter('reading')
  }

  onEnd(): void {
    this.#turn?.onVisitorGone()
    this.#turn = null
    this.#wire.socket.destroySoon()
    if (this.#phase !== 'gone') this.#enter('lingering')
  }

  onDrain(): void {
    this.#turn?.onVisitorDrain()
    this.#pump()
  }

  onClose(): void {
    this.#turn?.onVisitorGone()
    this.#turn = null
    this.#leave()
  }

  destroy(): void {
    this.#turn?.cut()
    this.#wire.socket.destroy()
    this.#leave()
  }

  check(now: number): void {
    const { limits, isStopping } = this.#context
    const sinceMs = now - this.#since
    if (this.pinned?.isGone(now)) this.pinned = null
    switch (this.#phase) {
      case 'reading':
        if (!this.#reader.isBetween) {
          this.#checkHead(sinceMs)
          return
        }
        if (sinceMs > (isStopping ? Math.min(limits.stopIdleMs, limits.idleMs) : limits.idleMs)) this.#linger()
        return
      case 'exchange':
        this.#turn?.check(now)
        return
      case 'swallowing':
        if (sinceMs > limits.swallowMs) this.#linger()
        return
      case 'lingering':
        if (sinceMs > limits.lingerMs) this.destroy()
    }
  }

  #checkHead(sinceMs: number): void {
    if (sinceMs > this.#context.limits.headMs) this.#refuse(408, 'the request did not come in time')
  }

  /** Reads on as far as the phase allows; what is left waits, and the visitor with it when that is much. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      while (this.#ahead !== null && this.#mayRead()) this.#readOnce(this.#ahead)
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error
      this.#onBadMessage(error)
    } finally {
      this.#isPumping = false
    }
    this.#holdBack()
  }

  #mayRead(): boolean {
    switch (this.#phase) {
      case 'reading':
        return !this.needsDrain
      case 'exchange':
        return !this.isRequestComplete && this.#turn !== null && this.#turn.canTakeBody
      case 'swallowing':
        return true
      default:
        return false
    }
  }

  #readOnce(bytes: Buffer): void {
    if (this.#phase === 'reading' && this.#reader.isBetween) this.#since = this.#context.now()
    const taken = this.#reader.read(bytes)
    const isOver = this.#phase === 'lingering' || this.#phase === 'gone'
    this.#ahead = isOver || taken === bytes.length ? null : bytes.subarray(taken)
    if (this.#phase !== 'reading' || this.#turn === null) return
    this.#enter('exchange')
    this.#turn.begin()
  }

  #holdBack(): void {
    if (this.#phase === 'gone') return
    const { socket } = this.#wire
    const waits = this.#ahead?.length ?? 0
    // While an answer is awaited the visitor is still listened to, as that is how we learn that it left.
    const mayWait = this.#phase === 'exchange' && this.isRequestComplete ? this.#context.limits.maxAheadBytes : 0
    if (waits > mayWait) socket.pause()
    else if (socket.isPaused()) socket.resume()
  }

  #onBadMessage(error: BadMessage): void {
    const turn = this.#turn
    this.#turn = null
    if (turn !== null) turn.onVisitorGone()
    if (turn?.hasBegunAnswer) {
      this.reset()
      return
    }
    this.#refuse(error.status, messageOf(error))
  }

  #refuse(status: number, problem: string): void {
    const answer = { status, body: `${problem}\n` }
    this.write(localAnswer(answer, { isHead: false, isClose: true, minor: 1, now: this.#context.clock.now() }))
    this.#linger()
  }

  /** Reads what still comes to nowhere for a moment: closing at once could take our last answer away from the visitor. */
  #linger(): void {
    this.#enter('lingering')
    this.#ahead = null
    this.#swallowed = 0
    this.pinned?.close()
    this.pinned = null
    this.#wire.socket.end()
    this.#wire.socket.resume()
  }

  #swallow(bytes: Buffer): void {
    this.#swallowed += bytes.length
    if (this.#swallowed <= this.#context.limits.swallowBytes) return
    if (this.#phase === 'lingering') this.destroy()
    else this.#linger()
  }

  #enter(phase: Phase): void {
    this.#phase = phase
    this.#since = this.#context.now()
  }

  #leave(): void {
    this.#enter('gone')
    this.#ahead = null
    this.pinned?.close()
    this.pinned = null
    this.#context.watched.delete(this)
  }
}

/** `::ffff:10.0.0.1` → `10.0.0.1` */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
