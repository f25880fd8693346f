import type { Socket } from 'node:net'

/** Who a socket's events are for. */
export interface WireUser {
  onConnect?(): void
  onData(bytes: Buffer): void
  /** The other side sends no more. */
  onEnd(): void
  onDrain(): void
  /** Gone for good, with the error when there was one. Nothing comes after it. */
  onClose(error: Error | null): void
}

/**
 * A socket whose events can be handed over to another user (a request, then a tunnel). It is also the wall that a
 * mistake of ours does not get past: it costs this connection, not the worker.
 */
export class Wire {
  readonly socket: Socket
  user: WireUser
  readonly #report: (error: unknown) => void
  #error: Error | null = null

  constructor(socket: Socket, user: WireUser, report: (error: unknown) => void) {
    this.socket = socket
    this.user = user
    this.#report = report
    socket.on('connect', () => this.#guard(() => this.user.onConnect?.()))
    socket.on('data', (bytes: Buffer) => this.#onData(bytes))
    socket.on('end', () => this.#guard(() => this.user.onEnd()))
    socket.on('drain', () => this.#guard(() => this.user.onDrain()))
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.on('close', () => this.#guard(() => this.user.onClose(this.#error)))
  }

  #onData(bytes: Buffer): void {
    try {
      this.user.onData(bytes)
    } catch (error) {
      this.#break(error)
    }
  }

  #guard(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#break(error)
    }
  }

  #break(error: unknown): void {
    this.#report(error)
    this.socket.destroy()
  }
}
