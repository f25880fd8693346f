import type { Breaker } from './breaker.ts'
import {
  difference,
  latencyBoundsMs,
  noCounts,
  percentile,
  type Traffic,
  type TrafficCounts,
  total,
} from './traffic.ts'

/** What one look at a release on trial saw. Traffic is null where nobody counts. */
export interface BakeLook {
  /** When it was taken: it may be stored much later, on a disk that was full, say. */
  readonly takenAt: number
  readonly traffic: Traffic | null
  readonly instances: readonly SeenInstance[]
}

export interface SeenInstance {
  readonly name: string
  readonly restarts: number
  readonly isHealthy: boolean
}

/** How far the watching is. It is stored between two looks, so that whoever goes on after a crash knows what was seen. */
export interface Bake {
  readonly since: number
  readonly looks: number
  /** Starts that failed and healthy instances that fell ill: they add up, and getting well again takes nothing off. */
  readonly failures: number
  readonly seen: Readonly<Record<string, Omit<SeenInstance, 'name'>>>
  /** Totals at the first look, for the probes and where nothing was measured before. */
  readonly first: Traffic | null
  /** What has been seen so far, in words. */
  readonly sentence: string
}

export interface BakeStep {
  readonly forMs: number
  readonly breaker: Breaker
}

/** The two releases that are compared; the same twice when new instances of what was live are on trial. */
export interface Compared {
  readonly fresh: NamedRelease
  readonly old: NamedRelease | null
  /** The edge's totals when the rollout began. */
  readonly opened: Traffic | null
}

export interface NamedRelease {
  readonly version: string
  readonly digest: string
}

export interface Judgement {
  readonly bake: Bake
  /** Why the release is bad; null while nothing says so. */
  readonly tripped: string | null
  readonly isOver: boolean
}

/** Slower by less than this is noticed by nobody, whatever the ratio. */
const slowestUnnoticedMs = 250
/** The slowest hundredth has to be so many requests before it means anything. */
const fewestSlow = 5

export function beginBake(at: number): Bake {
  return { since: at, looks: 0, failures: 0, seen: {}, first: null, sentence: 'watched for a moment' }
}

/** How long until the next look: often enough to catch a bad release early, seldom enough to be no load. */
export function lookEveryMs(forMs: number): number {
  return Math.min(Math.max(Math.ceil(forMs / 60), 200), 5_000)
}

/** One more look: is the release bad, good, or to be watched further? What was seen before the end says nothing of the end. */
export function judgeBake(before: Bake, look: BakeLook, { step, compared }: Trial): Judgement {
  const failures = before.failures + newFailures(before.seen, look.instances)
  const first = before.first ?? look.traffic
  const shares = sharesOf(compared, { first, now: look.traffic })
  const bake: Bake = {
    since: before.since,
    looks: before.looks + 1,
    failures,
    seen: Object.fromEntries(
      look.instances.map(({ name, restarts, isHealthy }) => [name, { restarts, isHealthy }] as const),
    ),
    first,
    sentence: sentenceOf(compared, shares, failures),
  }
  const tripped =
    tooManyFailures(bake, step.breaker, compared) ??
    (shares === null
      ? null
      : (tooManyErrors(shares, step.breaker, compared) ?? tooSlow(shares, step.breaker, compared)))
  return {
    bake,
    tripped: tripped === null ? null : `circuit breaker: ${tripped}`,
    isOver: look.takenAt >= before.since + step.forMs,
  }
}

export interface Trial {
  readonly step: BakeStep
  readonly compared: Compared
}

/** An instance that flaps must not look new each time it is well: restarts and falls are added up, never taken back. */
function newFailures(seen: Bake['seen'], now: readonly SeenInstance[]): number {
  const each = now.map(({ name, restarts, isHealthy }) => {
    const before = seen[name]
    // What happened before the first look counts too.
    if (before === undefined) return restarts
    const again = restarts >= before.restarts ? restarts - before.restarts : restarts
    return again > 0 ? again : before.isHealthy && !isHealthy ? 1 : 0
  })
  return each.reduce((sum, count) => sum + count, 0)
}

interface Shares {
  readonly fresh: TrafficCounts
  readonly old: TrafficCounts
  readonly probes: TrafficCounts
}

function sharesOf(
  { fresh, old, opened }: Compared,
  { first, now }: { readonly first: Traffic | null; readonly now: Traffic | null },
): Shares | null {
  const from = opened ?? first
  if (now === null || first === null || from === null) return null
  const of = (traffic: Traffic, digest: string) => traffic.byRelease[digest] ?? noCounts
  const isSame = old !== null && old.digest === fresh.digest
  return {
    fresh: difference(of(from, fresh.digest), of(now, fresh.digest)),
    // Of the same release there is only what was before.
    old: old === null ? noCounts : of(isSame ? from : now, old.digest),
    probes: difference(first.probes, now.probes),
  }
}

function tooManyFailures({ failures }: Bake, breaker: Breaker, { fresh }: Compared): string | null {
  if (failures < breaker.failures) return null
  return `instances of ${fresh.version} failed ${times(failures)} (the limit is ${breaker.failures})`
}

function tooManyErrors({ fresh, old, probes }: Shares, { ratio, requests }: Breaker, names: Compared): string | null {
  if (total(fresh) >= requests && failed(fresh) / total(fresh) - ratioOf(old) > ratio) {
    return `${percent(fresh)} of ${total(fresh)} requests failed on ${names.fresh.version}${versus(old, names)}`
  }
  // Where nobody visits, our own requests are all there is.
  if (total(fresh) === 0 && total(probes) >= requests && failed(probes) / total(probes) > ratio) {
    return `${percent(probes)} of ${total(probes)} probes failed on ${names.fresh.version}`
  }
  return null
}

/** The slowest hundredth takes far longer than before, and is more than a few requests. */
function tooSlow({ fresh, old }: Shares, { latency, requests }: Breaker, names: Compared): string | null {
  const p99Ms = percentile(old.latency, 0.99)
  if (latency === null || p99Ms === null || total(fresh) < requests || total(old) < requests) return null
  const limitMs = Math.max(p99Ms * latency, slowestUnnoticedMs)
  const now = percentile(fresh.latency, 0.99)
  if (now === null || now <= limitMs || slowerThan(fresh, limitMs) < fewestSlow) return null
  return `the slowest hundredth of ${total(fresh)} requests took up to ${now} ms on ${names.fresh.version} (${p99Ms} ms before)`
}

function slowerThan({ latency }: TrafficCounts, limitMs: number): number {
  return latency.reduce((sum, count, index) => (lowerBoundMs(index) >= limitMs ? sum + count : sum), 0)
}

function lowerBoundMs(bucket: number): number {
  return bucket === 0 ? 0 : (latencyBoundsMs[bucket - 1] ?? Number.MAX_SAFE_INTEGER)
}

function sentenceOf({ fresh, old }: Compared, shares: Shares | null, failures: number): string {
  const falls = failures === 0 ? 'no instance failed' : `instances failed ${times(failures)}`
  if (shares === null) return `requests were not measured; ${falls}`
  const names = { fresh, old, opened: null }
  if (total(shares.fresh) > 0) {
    return `${percent(shares.fresh)} of ${total(shares.fresh)} requests failed${versus(shares.old, names)}; ${falls}`
  }
  const { probes } = shares
  const floor =
    total(probes) === 0 ? 'no probes' : `${failed(probes)} of ${total(probes)} probes failed (a floor, not a proof)`
  return `no visitors; ${floor}; ${falls}`
}

function versus(old: TrafficCounts, names: Compared): string {
  if (names.old === null || total(old) === 0) return ''
  const who = names.old.digest === names.fresh.digest ? 'before' : names.old.version
  return ` (${who}: ${percent(old)} of ${total(old)})`
}

/** An answer of the app that says it broke, or none at all. */
function failed({ serverErrors, refused, cut }: TrafficCounts): number {
  return serverErrors + refused + cut
}

function ratioOf(counts: TrafficCounts): number {
  return total(counts) === 0 ? 0 : failed(counts) / total(counts)
}

function percent(counts: TrafficCounts): string {
  return `${Number((ratioOf(counts) * 100).toFixed(1))}%`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
