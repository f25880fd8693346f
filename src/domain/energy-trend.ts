import { median } from '../lib/quantile.ts'
import { type Energy, sumOf } from './energy.ts'
import { eachDay, isIn, type Period } from './insights.ts'

/** What a run, a deployment by itself or a command took in all. */
export interface Spent {
  /** `r17`, `d42`, `o7`. */
  readonly subject: string
  /** When the last of it had ended. */
  readonly at: number
  readonly energy: Energy
}

/** Of one period. Whatever has no samples is null: never 0 for nothing. */
export interface EnergyNumbers {
  readonly total: Energy | null
  readonly perRun: { readonly medianJoules: number | null; readonly n: number }
}

export function energyNumbers(spent: readonly Spent[], period: Period): EnergyNumbers {
  const these = spent.filter(({ at }) => isIn(period, at))
  const runs = these.filter(isRun).map(({ energy }) => energy.joules)
  const milli = median(runs.map((joules) => joules * 1000))
  return {
    total: sumOf(these.map(({ energy }) => energy)),
    perRun: { medianJoules: milli === null ? null : milli / 1000, n: runs.length },
  }
}

export interface EnergyDay {
  /** `2026-11-26`, UTC. */
  readonly day: string
  readonly joules: number
  readonly grams: number
  readonly runs: number
}

/** Every day of the period, also those on which nothing happened. */
export function energyPerDay(spent: readonly Spent[], period: Period): readonly EnergyDay[] {
  return eachDay(spent, period, ({ at }) => at).map(({ day, these }) => ({
    ...{ day, joules: total(these, ({ joules }) => joules), grams: total(these, gramsOf) },
    runs: these.filter(isRun).length,
  }))
}

function total(these: readonly Spent[], of: (energy: Energy) => number): number {
  return these.reduce((sum, { energy }) => sum + of(energy), 0)
}

/** CO2e in all: what the grid emitted and the share of making the machine. */
export function gramsOf({ gridGrams, madeGrams }: Energy): number {
  return gridGrams + madeGrams
}

function isRun({ subject }: Spent): boolean {
  return subject.startsWith('r')
}
