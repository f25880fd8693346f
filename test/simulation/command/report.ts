import { faultsShown } from '../kit/faults.ts'
import type { Failure, Tally } from '../kit/many-seeds.ts'
import type { Smaller } from '../kit/shrink.ts'
import type { Subject } from '../kit/simulation.ts'

/** From this many seeds on, every situation must have been seen. */
const enoughSeeds = 10_000

export interface Report {
  readonly subject: Subject
  readonly commit: string
  readonly defect: string | null
  readonly tally: Tally
  readonly tookMs: number
  /** The first failing seed, made smaller. */
  readonly smallest: Smaller | null
}

/** Situations that were never reached; empty as long as too few seeds were run to tell. */
function unseen({ subject, tally }: Pick<Report, 'subject' | 'tally'>): readonly string[] {
  if (tally.seeds < enoughSeeds) return []
  return subject.situations.filter((situation) => (tally.seen[situation] ?? 0) === 0)
}

export function isClean(report: Report): boolean {
  const { failures, unsteady } = report.tally
  return failures.length === 0 && unsteady.length === 0 && unseen(report).length === 0
}

export function reportText(report: Report): string {
  const { tally, subject, commit, defect } = report
  const lines = [
    `subject ${subject.name}, commit ${commit}${defect === null ? '' : `, planted: ${defect}`}`,
    speed(report),
    `run twice, same trace: ${tally.runTwice - tally.unsteady.length} of ${tally.runTwice}`,
    `faults on in seeds: ${counts(tally.faultsOn)}`,
    `situations seen: ${counts(tally.seen)}`,
    ...unseen(report).map((situation) => `never seen in ${tally.seeds} seeds: ${situation}`),
    ...tally.unsteady.map((seed) => `seed ${seed} runs differently the second time`),
    ...failures(report),
  ]
  return lines.join('\n')
}

function speed({ tally, tookMs }: Report): string {
  const perSecond = Math.round((tally.seeds / tookMs) * 1000)
  const hours = (tally.simulatedMs / 3_600_000).toFixed(1)
  return `${tally.seeds} seeds in ${(tookMs / 1000).toFixed(1)} s (${perSecond} per second), ${tally.steps} steps, ${hours} simulated hours`
}

function failures({ tally, smallest }: Report): readonly string[] {
  if (tally.failures.length === 0) return ['violations: none']
  const byInvariant = Map.groupBy(tally.failures, (failure) => failure.invariant)
  return [
    `violations: ${tally.failures.length} seeds`,
    ...[...byInvariant].map(([invariant, all]) => `  ${invariant}: ${all.length} seeds, first ${all[0]?.seed}`),
    ...tally.failures.slice(0, 3).flatMap(failureLines),
    ...(smallest === null ? [] : smallestLines(smallest)),
  ]
}

function failureLines(failure: Failure): readonly string[] {
  return [
    `seed ${failure.seed}, ${failure.invariant} at ${failure.atMs} ms: ${failure.message}`,
    `  size ${failure.size}, faults: ${faultsShown(failure.faults)}`,
  ]
}

function smallestLines({ wish, result }: Smaller): readonly string[] {
  const words = ['bin/simulate', '--seed', wish.seed, '--size', result.size]
  for (const fault of wish.calm ?? []) words.push('--calm', fault)
  if (wish.defect) words.push('--defect', `'${wish.defect}'`)
  return [
    `made smaller: size ${result.size}, faults: ${faultsShown(result.faults)}; ${result.steps} steps`,
    `replay: ${words.join(' ')} --trace`,
  ]
}

function counts(table: Readonly<Record<string, number>>): string {
  const entries = Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${count}`).join(', ')
}
