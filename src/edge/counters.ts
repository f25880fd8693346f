import { type LostRequest, latencyBoundsMs, type TrackTraffic, type TrafficCounts } from './protocol.ts'

/** How a request ended. Each counted one ends once, in exactly one of these. */
export type Ending = 'served' | 'serverErrors' | 'clientGone' | 'cut' | 'refused'

/** Who a request is counted for. */
export type Counted = 'visitor' | 'probe' | 'nobody'

const newestLost = 20
/** Releases older than this many lose their own totals, never their part of `requests`. */
const keptReleases = 50

class Counts implements TrafficCounts {
  served = 0
  serverErrors = 0
  retried = 0
  clientGone = 0
  cut = 0
  refused = 0
  readonly latency: number[] = new Array<number>(latencyBoundsMs.length + 1).fill(0)

  end(ending: Ending, latencyMs: number | null): void {
    this[ending]++
    if (latencyMs === null) return
    const bucket = bucketOf(latencyMs)
    this.latency[bucket] = (this.latency[bucket] ?? 0) + 1
  }
}

function bucketOf(latencyMs: number): number {
  const found = latencyBoundsMs.findIndex((boundMs) => latencyMs <= boundMs)
  return found === -1 ? latencyBoundsMs.length : found
}

/** Totals of one track; they only rise. */
export class Counters {
  readonly #requests = new Counts()
  readonly #probes = new Counts()
  readonly #byRelease = new Map<string, Counts>()
  #lost: LostRequest[] = []

  /** `digest` is of the release that answered, '' when none did; `latencyMs` only of an answer. */
  end(who: Counted, ending: Ending, answer: { readonly digest: string; readonly latencyMs: number | null }): void {
    if (who === 'nobody') return
    if (who === 'probe') {
      this.#probes.end(ending, answer.latencyMs)
      return
    }
    this.#requests.end(ending, answer.latencyMs)
    this.#release(answer.digest).end(ending, answer.latencyMs)
  }

  retried(who: Counted, digest: string): void {
    if (who === 'nobody') return
    if (who === 'probe') {
      this.#probes.retried++
      return
    }
    this.#requests.retried++
    this.#release(digest).retried++
  }

  lost(who: Counted, request: LostRequest): void {
    if (who === 'nobody') return
    if (this.#lost.length === newestLost) this.#lost.shift()
    this.#lost.push(who === 'probe' ? { ...request, why: `probe: ${request.why}` } : request)
  }

  totals(): Omit<TrackTraffic, 'at' | 'inFlight'> {
    const byRelease = Object.fromEntries([...this.#byRelease].map(([digest, counts]) => [digest, copyOf(counts)]))
    return { requests: copyOf(this.#requests), probes: copyOf(this.#probes), byRelease, lost: [...this.#lost] }
  }

  #release(digest: string): Counts {
    const found = this.#byRelease.get(digest)
    if (found !== undefined) return found
    const fresh = new Counts()
    this.#byRelease.set(digest, fresh)
    if (this.#byRelease.size > keptReleases) this.#forgetOldest()
    return fresh
  }

  #forgetOldest(): void {
    for (const digest of this.#byRelease.keys()) {
      if (digest === '') continue
      this.#byRelease.delete(digest)
      return
    }
  }
}

function copyOf(counts: Counts): TrafficCounts {
  return { ...counts, latency: [...counts.latency] }
}
