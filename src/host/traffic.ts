import type { TrackTraffic } from '../edge/protocol.ts'
import { type LostRequest, noCounts, type Traffic, type TrafficCounts } from '../targets/driver.ts'

/** Totals of a track, as far as they no longer change: of workers that are gone. */
export type Totals = Omit<Traffic, 'at'>

const MOST_LOST = 20

export const noTraffic: Totals = { requests: noCounts, probes: noCounts, byRelease: {}, lost: [] }

export function addTraffic(a: Totals, b: Totals): Totals {
  const digests = [...new Set([...Object.keys(a.byRelease), ...Object.keys(b.byRelease)])]
  const lost = [...a.lost, ...b.lost].sort((one, other) => one.at - other.at)
  return {
    requests: addCounts(a.requests, b.requests),
    probes: addCounts(a.probes, b.probes),
    byRelease: Object.fromEntries(
      digests.map((digest) => [digest, addCounts(a.byRelease[digest] ?? noCounts, b.byRelease[digest] ?? noCounts)]),
    ),
    lost: lost.slice(-MOST_LOST),
  }
}

function addCounts(a: TrafficCounts, b: TrafficCounts): TrafficCounts {
  return {
    served: a.served + b.served,
    serverErrors: a.serverErrors + b.serverErrors,
    retried: a.retried + b.retried,
    clientGone: a.clientGone + b.clientGone,
    cut: a.cut + b.cut,
    refused: a.refused + b.refused,
    latency: noCounts.latency.map((_, index) => (a.latency[index] ?? 0) + (b.latency[index] ?? 0)),
  }
}

/** The totals a worker leaves when it dies: what it was answering when we last looked is lost. */
export function legacyOf({ requests, probes, byRelease, lost, inFlight }: TrackTraffic, at: number): Totals {
  const gauges = inFlight.map((gauge) => ({ instance: gauge.instance, count: gauge.inFlight - gauge.upgraded }))
  const count = gauges.reduce((sum, gauge) => sum + gauge.count, 0)
  const died = { ...noCounts, refused: count }
  const entries = gauges.flatMap(({ instance, count: many }) =>
    Array.from({ length: many }, () => lostWith(instance, at)),
  )
  return addTraffic(
    { requests, probes, byRelease, lost },
    { requests: died, probes: noCounts, byRelease: count === 0 ? {} : { '': died }, lost: entries },
  )
}

function lostWith(instance: string, at: number): LostRequest {
  return { at, method: '?', path: '?', why: 'edge worker lost', instance }
}
