/**
 * Rising totals of one track since the host first saw it; the difference of two is a window.
 * Vantage point: the edge. A load balancer in front of it is out of sight.
 */
export interface Traffic {
  readonly at: number
  readonly requests: TrafficCounts
  /** The host's own low-rate requests, sent while a deployment runs; not part of `requests`. */
  readonly probes: TrafficCounts
  /** The same, by digest of the release that answered; '' = none did. */
  readonly byRelease: Readonly<Record<string, TrafficCounts>>
  /** The newest requests that were lost, oldest first, at most 20. */
  readonly lost: readonly LostRequest[]
}

export interface TrafficCounts {
  /** Answered by an instance with a status under 500. */
  readonly served: number
  /** Answered by an instance with a status of 500 or above. */
  readonly serverErrors: number
  /** Sent again to another instance, safely, and then counted under its final outcome too. */
  readonly retried: number
  /** The visitor went away first. Not our loss. */
  readonly clientGone: number
  /** Cut when a drain limit was reached. */
  readonly cut: number
  /** The edge had no instance to send it to (502/503/504 made by the edge), or lost the instance mid-answer. */
  readonly refused: number
  /** Latency of `served` + `serverErrors`: how many took at most `latencyBoundsMs[i]`; the last is everything above. */
  readonly latency: readonly number[]
}

export interface LostRequest {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly why: string
  readonly instance: string | null
}

/** Upper bounds in milliseconds of the latency histogram's buckets. */
export const latencyBoundsMs = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10000,
] as const

export const noCounts: TrafficCounts = {
  ...{ served: 0, serverErrors: 0, retried: 0, clientGone: 0, cut: 0, refused: 0 },
  latency: Array.from({ length: latencyBoundsMs.length + 1 }, () => 0),
}

/**
 * What a deployment did to visitors' requests, seen from the edge. `dropped` = cut + refused: requests that a visitor
 * sent and got no answer of the app to. Answers with 5xx are the app's own and counted apart.
 */
export interface Verdict {
  readonly requests: number
  readonly dropped: number
  readonly serverErrors: number
  readonly retried: number
  readonly clientGone: number
  /** The floor when nobody visited: our own low-rate requests. */
  readonly probes: number
  readonly probesFailed: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly lost: readonly LostRequest[]
  /** How long no instance was to get visitors; 0 in records of before it was told. */
  readonly offlineMs?: number
}

export function verdictOf(open: Traffic, close: Traffic): Verdict {
  const seen = difference(open.requests, close.requests)
  const probes = difference(open.probes, close.probes)
  return {
    requests: total(seen),
    dropped: seen.cut + seen.refused,
    serverErrors: seen.serverErrors,
    retried: seen.retried,
    clientGone: seen.clientGone,
    probes: total(probes),
    probesFailed: probes.cut + probes.refused + probes.serverErrors,
    p50Ms: percentile(seen.latency, 0.5),
    p99Ms: percentile(seen.latency, 0.99),
    lost: close.lost.filter(({ at }) => at >= open.at),
  }
}

/** From the end of a step that left nobody to answer visitors to the end of the one that gave them somebody again. */
export function offlineMs(phases: readonly { readonly at: number; readonly visited?: number | undefined }[]): number {
  let since: number | null = null
  let sum = 0
  for (const [index, { visited }] of phases.entries()) {
    const end = phases[index + 1]?.at
    if (visited === undefined || end === undefined) continue
    if (visited === 0) since ??= end
    else {
      sum += since === null ? 0 : end - since
      since = null
    }
  }
  return sum
}

/** The sentence that ends a deployment's record. It claims no more than was observed. */
export function verdictSentence(verdict: Verdict | null): string {
  if (verdict === null) return 'requests were not measured'
  const { offlineMs: gapMs = 0 } = verdict
  return gapMs === 0 ? countsSentence(verdict) : `${countsSentence(verdict)}, nothing served for ${gapMs} ms`
}

function countsSentence(verdict: Verdict): string {
  if (verdict.requests > 0) return `${verdict.dropped} dropped of ${verdict.requests}`
  if (verdict.probes > 0) {
    return `no visitors; ${verdict.probesFailed} of ${verdict.probes} probes failed (a floor, not a proof)`
  }
  return 'no visitors and no probes'
}

/** Requests that ended for the visitor, one way or another. */
export function total(counts: TrafficCounts): number {
  return counts.served + counts.serverErrors + counts.cut + counts.refused
}

export function difference(from: TrafficCounts, to: TrafficCounts): TrafficCounts {
  return {
    served: to.served - from.served,
    serverErrors: to.serverErrors - from.serverErrors,
    retried: to.retried - from.retried,
    clientGone: to.clientGone - from.clientGone,
    cut: to.cut - from.cut,
    refused: to.refused - from.refused,
    latency: to.latency.map((count, index) => count - (from.latency[index] ?? 0)),
  }
}

/** The bound of the bucket in which the quantile falls; null without requests, Infinity above the last bound. */
export function percentile(latency: readonly number[], quantile: number): number | null {
  const count = latency.reduce((sum, each) => sum + each, 0)
  if (count === 0) return null
  let seen = 0
  const bucket = latency.findIndex((each) => {
    seen += each
    return seen >= quantile * count
  })
  return latencyBoundsMs[bucket] ?? Number.MAX_SAFE_INTEGER
}
