import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Credentials } from './credentials.ts'
import type { EdgeLimits } from './limits.ts'
import type { Registry } from './registry.ts'

/** Something with a time-out, looked at by the sweeper several times a second. */
export interface Watched {
  /** It serves nobody at the moment, and may be closed to make room. */
  readonly isIdle: boolean
  check(now: number): void
  destroy(): void
}

/** What every connection of a worker works with. */
export interface EdgeContext {
  readonly registry: Registry
  readonly clock: Clock
  readonly limits: EdgeLimits
  readonly log: Log
  /** Whether a proxy before us may say who the visitor is. */
  readonly trustsForwarded: boolean
  readonly isToken: (given: string) => boolean
  readonly credentials: Credentials
  readonly newRequestId: () => string
  /** Connections and tunnels, oldest first. */
  readonly watched: Set<Watched>
  /** Monotonic time, as old as the last sweep: for time-outs, where a quarter of a second is nothing. */
  readonly now: () => number
  /** While true, every answer ends its connection. */
  isStopping: boolean
}

/** Where a connection came in. */
export interface Entrance {
  /** The port of one route; null for the main address and the private entrance. */
  readonly dedicatedPort: number | null
  /** The worker's own loopback port: only requests with its token. */
  readonly isPrivate: boolean
}
