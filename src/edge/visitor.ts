import type { Entrance } from './context.ts'
import type { Instance } from './instance.ts'
import type { Turn } from './turn.ts'
import type { Upstream } from './upstream.ts'

/** The visitor's connection, as far as one request and its answer need it. */
export interface Visitor {
  readonly address: string
  readonly entrance: Entrance
  /** The one connection to an instance that belongs to this visitor's connection. */
  pinned: Upstream | null
  /** The last byte of the request's body has been read. */
  readonly isRequestComplete: boolean
  /** What was written waits for the visitor to take it. */
  readonly needsDrain: boolean
  write(data: string | Buffer): boolean
  cork(): void
  uncork(): void
  /** More of the body can be taken now. */
  takeBody(): void
  /** Somebody else answers the request. */
  handTo(turn: Turn): void
  /** The answer is written whole. */
  finish(isClose: boolean): void
  /** The answer cannot be made whole, and the visitor knows how much is missing. */
  abort(): void
  /** The same where the end of the connection is the end of the answer: only a reset tells that it is not. */
  reset(): void
  /** The rest of both connections is a tunnel, which counts as in flight from here on. */
  becomeTunnel(upstream: Upstream, instance: Instance): void
}
