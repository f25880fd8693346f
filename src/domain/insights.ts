import { median, quantile } from '../lib/quantile.ts'
import type { DeploymentReason } from './deployment.ts'
import type { Outcome } from './outcome.ts'

/** How well changes come to where they are used, by the four measures of dora.dev. Pure: from what ended to numbers. */

/** A deployment that began and ended, on one track. */
export interface Ended {
  readonly number: number
  readonly reason: DeploymentReason
  readonly outcome: Outcome
  readonly startedAt: number
  readonly finishedAt: number
  readonly commit: string
  /** The commit that was live when it began; null: nothing was. */
  readonly replaced: string | null
  readonly rolledBack: boolean
  readonly staysLive: boolean
}

export interface TrackHistory {
  /** In the order in which they ended. */
  readonly ended: readonly Ended[]
  /** By number of the deployment that brought a commit: when its revert was live. */
  readonly reverts: ReadonlyMap<number, number>
}

export interface Arrived {
  readonly acceptedAt: number
  readonly liveAt: number
}

export type Failure = 'failed' | 'errored' | 'rolled_back' | 'reverted'

/** A deployment that was to bring commits, and what became of it. */
export interface ChangeMade {
  readonly startedAt: number
  readonly finishedAt: number
  readonly isLive: boolean
  readonly failure: Failure | null
  /** When things were good again after it failed; null while they are not. */
  readonly recoveredAt: number | null
}

/** A rollback by a person counts against the deployment it took away when it began within this time. */
export const rollbackWithinMs = 24 * 3_600_000

export function changesMade({ ended, reverts }: TrackHistory): readonly ChangeMade[] {
  return ended.flatMap((each, index) => {
    if (!isChange(each)) return []
    return [judge(each, (test) => firstFrom(ended, index + 1, test), reverts.get(each.number))]
  })
}

/** It was to put other commits live. Whoever ended it said nothing about the change. */
function isChange({ reason, outcome, commit, replaced }: Ended): boolean {
  return reason === 'promote' && outcome !== 'aborted' && commit !== replaced
}

type Later = (test: (other: Ended) => boolean) => Ended | null

function judge(change: Ended, later: Later, revertedAt: number | undefined): ChangeMade {
  const { outcome, startedAt, finishedAt, staysLive } = change
  const told = { startedAt, finishedAt, isLive: outcome === 'succeeded' || staysLive }
  if (outcome === 'failed' || outcome === 'errored')
    return { ...told, failure: outcome, recoveredAt: change.rolledBack ? finishedAt : nextGood(later) }
  const end = later((other) => takesAway(other, change) || other.startedAt > finishedAt + rollbackWithinMs)
  if (end !== null && takesAway(end, change)) return { ...told, failure: 'rolled_back', recoveredAt: end.finishedAt }
  if (revertedAt !== undefined) return { ...told, failure: 'reverted', recoveredAt: revertedAt }
  return { ...told, failure: null, recoveredAt: null }
}

function takesAway({ reason, outcome, replaced, startedAt }: Ended, { commit, finishedAt }: Ended): boolean {
  const isBack = reason === 'rollback' && outcome === 'succeeded' && replaced === commit
  return isBack && startedAt <= finishedAt + rollbackWithinMs
}

/** Without a copy, and no further than needed: they are many. */
function firstFrom(ended: readonly Ended[], from: number, test: (other: Ended) => boolean): Ended | null {
  for (let at = from; at < ended.length; at += 1) {
    const other = ended[at]
    if (other !== undefined && test(other)) return other
  }
  return null
}

function nextGood(later: Later): number | null {
  return later(({ outcome, reason }) => outcome === 'succeeded' && reason !== 'migrate')?.finishedAt ?? null
}

export interface Period {
  readonly from: number
  readonly to: number
}

/** Of one period. Whatever has no samples is null: never 0 for nothing. */
export interface Numbers {
  readonly frequency: { readonly perWeek: number | null; readonly n: number }
  readonly leadTime: { readonly medianMs: number | null; readonly p90Ms: number | null; readonly n: number }
  readonly failRate: {
    readonly rate: number | null
    readonly n: number
    readonly failed: number
    readonly causes: Readonly<Record<Failure, number>>
  }
  /** `open`: not recovered yet, and in no median. */
  readonly recovery: { readonly medianMs: number | null; readonly n: number; readonly open: number }
}

const weekMs = 7 * 86_400_000

export function numbersOf(made: readonly ChangeMade[], arrived: readonly Arrived[], period: Period): Numbers {
  const changes = made.filter(({ finishedAt }) => isIn(period, finishedAt))
  const live = changes.filter(({ isLive }) => isLive).length
  const leads = arrived.filter(({ liveAt }) => isIn(period, liveAt)).map((each) => each.liveAt - each.acceptedAt)
  const weeks = (period.to - period.from) / weekMs
  return {
    frequency: { perWeek: live === 0 ? null : rounded(live / weeks), n: live },
    leadTime: { medianMs: median(leads), p90Ms: quantile(leads, 0.9), n: leads.length },
    failRate: failRateOf(changes),
    recovery: recoveryOf(changes),
  }
}

function failRateOf(changes: readonly ChangeMade[]): Numbers['failRate'] {
  const count = (cause: Failure) => changes.filter(({ failure }) => failure === cause).length
  const causes = {
    ...{ failed: count('failed'), errored: count('errored') },
    ...{ rolled_back: count('rolled_back'), reverted: count('reverted') },
  }
  const failed = changes.filter(({ failure }) => failure !== null).length
  return { rate: changes.length === 0 ? null : rounded(failed / changes.length), n: changes.length, failed, causes }
}

function recoveryOf(changes: readonly ChangeMade[]): Numbers['recovery'] {
  const failed = changes.filter(({ failure }) => failure !== null)
  const times = failed.flatMap(({ startedAt, recoveredAt }) => (recoveredAt === null ? [] : [recoveredAt - startedAt]))
  return { medianMs: median(times), n: times.length, open: failed.length - times.length }
}

export interface Day {
  /** `2026-11-26`, UTC. */
  readonly day: string
  /** That put something live. */
  readonly deployments: number
  readonly failed: number
}

/** Every day of the period, also those on which nothing happened. */
export function perDay(made: readonly ChangeMade[], period: Period): readonly Day[] {
  return eachDay(made, period, ({ finishedAt }) => finishedAt).map(({ day, these }) => ({
    day,
    deployments: these.filter(({ isLive }) => isLive).length,
    failed: these.filter(({ failure }) => failure !== null).length,
  }))
}

/** Every day of the period, with what was on it. */
export function eachDay<T>(
  all: readonly T[],
  { from, to }: Period,
  at: (each: T) => number,
): readonly { readonly day: string; readonly these: readonly T[] }[] {
  const byDay = Map.groupBy(all, (each) => Math.floor(at(each) / dayMs))
  const [first, last] = [Math.floor(from / dayMs), Math.floor((to - 1) / dayMs)]
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    day: new Date((first + index) * dayMs).toISOString().slice(0, 10),
    these: byDay.get(first + index) ?? [],
  }))
}

const dayMs = 86_400_000

/** So many whole days of UTC, today the last of them; and as many before, to compare with. */
export function periodsOf(now: number, days: number): { readonly period: Period; readonly before: Period } {
  const to = (Math.floor(now / dayMs) + 1) * dayMs
  const from = to - days * dayMs
  return { period: { from, to }, before: { from: from - days * dayMs, to: from } }
}

export function isIn({ from, to }: Period, at: number): boolean {
  return at >= from && at < to
}

function rounded(number: number): number {
  return Math.round(number * 1000) / 1000
}
