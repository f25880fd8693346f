import { difference, noCounts, percentile, type Traffic, type TrafficCounts } from './traffic.ts'

/** What visitors got since the deployment began to be counted, by digest of the release; of each that had any part in it. */
export interface TrafficSample {
  readonly at: number
  readonly byRelease: Readonly<Record<string, TrafficCounts>>
}

/** The edge's totals go far back, and know releases that are long gone: of these nothing is kept. */
export function sampleOf(opened: Traffic, now: Traffic, at: number): TrafficSample {
  const since = Object.entries(now.byRelease).map(
    ([digest, counts]) => [digest, difference(opened.byRelease[digest] ?? noCounts, counts)] as const,
  )
  return { at, byRelease: Object.fromEntries(since.filter(([, counts]) => isAnything(counts))) }
}

export interface TrafficSlice {
  readonly from: number
  readonly to: number
  /** Only those that had anything to do with a request in this time. */
  readonly byRelease: readonly ReleaseSlice[]
}

export interface ReleaseSlice {
  /** '' = nobody answered. */
  readonly digest: string
  readonly served: number
  readonly serverErrors: number
  readonly retried: number
  readonly cut: number
  readonly refused: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** From each sample to the next. Samples are totals: where one is left out, two neighbours become one. */
export function slicesOf(samples: readonly TrafficSample[]): readonly TrafficSlice[] {
  return samples.slice(1).flatMap((now, index) => {
    const before = samples[index]
    return before === undefined ? [] : [sliceOf(before, now)]
  })
}

function sliceOf(before: TrafficSample, now: TrafficSample): TrafficSlice {
  const counts = Object.entries(now.byRelease).map(
    ([digest, each]) => [digest, difference(before.byRelease[digest] ?? noCounts, each)] as const,
  )
  const byRelease = counts.filter(([, each]) => isAnything(each)).map(([digest, each]) => ofRelease(digest, each))
  return { from: before.at, to: now.at, byRelease }
}

function ofRelease(digest: string, { served, serverErrors, retried, cut, refused, latency }: TrafficCounts) {
  const percentiles = { p50Ms: percentile(latency, 0.5), p99Ms: percentile(latency, 0.99) }
  return { digest, served, serverErrors, retried, cut, refused, ...percentiles }
}

function isAnything({ served, serverErrors, retried, cut, refused }: TrafficCounts): boolean {
  return served + serverErrors + retried + cut + refused > 0
}
