import { type LostRequest, latencyBoundsMs, type Traffic, type TrafficCounts } from '../driver.ts'

/** What is counted besides latency. */
export type Outcome = Exclude<keyof TrafficCounts, 'latency'>

type Counts = { -readonly [Name in Outcome]: number } & { readonly latency: number[] }

/** The host's own requests while a window is open: one every so often. */
const probeEveryMs = 250
const keptLost = 20

/** What decides how a probe would be answered at this moment. */
export type Probe = () => 'served' | 'refused'

/** The totals of one track. */
export class TrafficCounter {
  readonly #requests = noCounts()
  readonly #probes = noCounts()
  readonly #byRelease = new Map<string, Counts>()
  readonly #lost: LostRequest[] = []
  #probedUntil: number | null = null

  count(digest: string, outcome: Outcome, tookMs = 0): void {
    for (const counts of [this.#requests, this.#of(digest)]) add(counts, outcome, tookMs)
  }

  lost(request: LostRequest): void {
    this.#lost.push(request)
    if (this.#lost.length > keptLost) this.#lost.shift()
  }

  open(monotonic: number): void {
    this.#probedUntil ??= monotonic
  }

  close(): void {
    this.#probedUntil = null
  }

  /**
   * Counts the probes that were due since the last time. Called before anything changes that decides their outcome, so
   * that probes need no timer.
   */
  settleProbes(monotonic: number, probe: Probe): void {
    if (this.#probedUntil === null) return
    const due = Math.floor((monotonic - this.#probedUntil) / probeEveryMs)
    if (due === 0) return
    const outcome = probe()
    for (let count = 0; count < due; count += 1) add(this.#probes, outcome, 1)
    this.#probedUntil += due * probeEveryMs
  }

  totals(at: number): Traffic {
    const byRelease = Object.fromEntries([...this.#byRelease].map(([digest, counts]) => [digest, copy(counts)]))
    return { at, requests: copy(this.#requests), probes: copy(this.#probes), byRelease, lost: [...this.#lost] }
  }

  #of(digest: string): Counts {
    const known = this.#byRelease.get(digest) ?? noCounts()
    this.#byRelease.set(digest, known)
    return known
  }
}

function add(counts: Counts, outcome: Outcome, tookMs: number): void {
  counts[outcome] += 1
  if (outcome !== 'served' && outcome !== 'serverErrors') return
  const bucket = latencyBoundsMs.findIndex((bound) => tookMs <= bound)
  const place = bucket < 0 ? latencyBoundsMs.length : bucket
  counts.latency[place] = (counts.latency[place] ?? 0) + 1
}

function noCounts(): Counts {
  const latency = new Array<number>(latencyBoundsMs.length + 1).fill(0)
  return { served: 0, serverErrors: 0, retried: 0, clientGone: 0, cut: 0, refused: 0, latency }
}

function copy(counts: Counts): TrafficCounts {
  return { ...counts, latency: [...counts.latency] }
}
