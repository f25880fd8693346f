import type { Answer } from './load-request.ts'

/** What became of one request. */
export interface Outcome extends Answer {
  readonly shape: string
  readonly phase: string
  /** When it should have left, from the start of the load. */
  readonly atMs: number
  /** From when it should have left to the last byte of its answer, or to its failure. */
  readonly latencyMs: number
  readonly latencyCounts: boolean
}

export interface LoadReport extends Counts {
  /** In the order they ended. */
  readonly outcomes: readonly Outcome[]
  readonly failed: readonly Outcome[]
  /** By phase, in the order the phases came up. */
  readonly phases: Readonly<Record<string, PhaseReport>>
  /** In the order they came up. */
  readonly releases: readonly ReleaseSeen[]
}

export interface ReleaseSeen {
  readonly release: string
  readonly requests: number
  /** When the first and the last request that it answered should have left. */
  readonly firstMs: number
  readonly lastMs: number
}

export interface Counts {
  readonly sent: number
  /** A whole answer with a status under 400: the load only asks for what is there. */
  readonly answered: number
}

export interface PhaseReport extends Counts {
  readonly failed: number
  /** Null when no request that counts was answered in the phase. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
}

export function reportOf(outcomes: readonly Outcome[], sent: number): LoadReport {
  const failed = outcomes.filter((outcome) => !isAnswered(outcome))
  return {
    sent,
    answered: outcomes.length - failed.length,
    outcomes: [...outcomes],
    failed,
    phases: Object.fromEntries(
      Map.groupBy(byTime(outcomes), ({ phase }) => phase)
        .entries()
        .map(([phase, within]) => [phase, phaseReport(within)]),
    ),
    releases: releasesIn(outcomes),
  }
}

/** The smallest value that `share` of the values do not exceed; null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? null
}

function isAnswered({ status, error }: Answer): boolean {
  return error === null && status !== null && status < 400
}

function phaseReport(within: readonly Outcome[]): PhaseReport {
  const answered = within.filter(isAnswered)
  const latencies = answered.filter(({ latencyCounts }) => latencyCounts).map(({ latencyMs }) => latencyMs)
  return {
    sent: within.length,
    answered: answered.length,
    failed: within.length - answered.length,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: percentile(latencies, 1),
  }
}

function releasesIn(outcomes: readonly Outcome[]): readonly ReleaseSeen[] {
  const told = byTime(outcomes).filter(({ release }) => release !== null)
  return [...Map.groupBy(told, ({ release }) => release ?? '')].map(([release, answered]) => ({
    release,
    requests: answered.length,
    firstMs: answered.at(0)?.atMs ?? 0,
    lastMs: answered.at(-1)?.atMs ?? 0,
  }))
}

function byTime(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.toSorted((a, b) => a.atMs - b.atMs)
}
