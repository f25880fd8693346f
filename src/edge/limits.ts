/** Every limit of a worker. `docs/decisions/0101-edge-limits.md` has the reasons. */
export interface EdgeLimits {
  /** Visitors' connections at a time; over it the longest idle one makes room. */
  readonly maxConnections: number
  readonly maxHeadBytes: number
  readonly maxFields: number
  /** What a visitor may send ahead of the answer it waits for. */
  readonly maxAheadBytes: number
  /** Between two requests, or before the first. */
  readonly idleMs: number
  /** From the first byte of a head to its last. */
  readonly headMs: number
  /** Without a byte of a request's body. */
  readonly bodyIdleMs: number
  readonly connectMs: number
  /** From the end of the request to the head of the answer. */
  readonly answerMs: number
  /** Without a byte of an answer that has begun. Long, for event streams. */
  readonly answerIdleMs: number
  /** Without the visitor taking a byte of what waits for it. */
  readonly visitorStallMs: number
  readonly tunnelIdleMs: number
  /** How long a connection that we closed may take to go away. */
  readonly lingerMs: number
  /** Rest of a request's body that is read to nowhere after its answer, so that the connection can go on. */
  readonly swallowBytes: number
  readonly swallowMs: number
  /** A pinned connection to an instance is closed by us after this: below what common servers allow. */
  readonly upstreamIdleMs: number
  /** A request that is not safe to repeat takes an idle connection only when it was used this short ago; 0 = never. */
  readonly reuseUnsafeMs: number
  /** How long an instance that refuses connections gets no visitors while others are there. */
  readonly downMs: number
  /** While stopping: how long idle visitors may still send one more request, which is answered with `Connection: close`. */
  readonly stopIdleMs: number
}

export const defaultLimits: EdgeLimits = {
  maxConnections: 8_000,
  maxHeadBytes: 32 * 1024,
  maxFields: 100,
  maxAheadBytes: 64 * 1024,
  idleMs: 75_000,
  headMs: 15_000,
  bodyIdleMs: 60_000,
  connectMs: 3_000,
  answerMs: 300_000,
  answerIdleMs: 3_600_000,
  visitorStallMs: 60_000,
  tunnelIdleMs: 3_600_000,
  lingerMs: 2_000,
  swallowBytes: 1024 * 1024,
  swallowMs: 5_000,
  upstreamIdleMs: 1_500,
  reuseUnsafeMs: 0,
  downMs: 1_000,
  stopIdleMs: 3_000,
}
