import type { EdgeContext, Watched } from './context.ts'
import type { InFlight, Instance } from './instance.ts'
import type { Wire, WireUser } from './wire.ts'

/** An upgraded connection: bytes go both ways unread until one side is gone, or a drain limit says so. */
export class Tunnel implements InFlight, Watched {
  readonly isTunnel = true
  readonly isIdle = false
  readonly #instance: Instance
  readonly #context: EdgeContext
  readonly #open: Set<Wire>
  #touchedAt: number
  #isOver = false

  /** Takes both sockets over; counted in flight from here on. */
  constructor(instance: Instance, visitor: Wire, upstream: Wire, context: EdgeContext) {
    this.#instance = instance
    this.#context = context
    this.#open = new Set([visitor, upstream])
    this.#touchedAt = context.now()
    visitor.user = this.#end(visitor, upstream)
    upstream.user = this.#end(upstream, visitor)
    instance.add(this)
    context.watched.add(this)
    visitor.socket.resume()
    upstream.socket.resume()
  }

  /** What was said before still goes out. */
  cut(): void {
    this.#finish()
    for (const { socket } of this.#open) socket.destroySoon()
  }

  destroy(): void {
    this.#finish()
    for (const { socket } of this.#open) socket.destroy()
  }

  check(now: number): void {
    const { tunnelIdleMs, lingerMs } = this.#context.limits
    if (now - this.#touchedAt > (this.#isOver ? lingerMs : tunnelIdleMs)) this.destroy()
  }

  #end(from: Wire, to: Wire): WireUser {
    return {
      onData: (bytes) => {
        this.#touchedAt = this.#context.now()
        if (!to.socket.write(bytes)) from.socket.pause()
      },
      onEnd: () => {
        to.socket.end()
      },
      onDrain: () => {
        this.#touchedAt = this.#context.now()
        to.socket.resume()
      },
      onClose: () => this.#onClose(from),
    }
  }

  /** What the side that is gone still said reaches the other before it is closed too. */
  #onClose(gone: Wire): void {
    this.#open.delete(gone)
    if (this.#open.size === 0) this.#context.watched.delete(this)
    this.cut()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#touchedAt = this.#context.now()
    this.#instance.remove(this, this.#context.clock)
  }
}
