import { type CoreWatts, middleWatts, type ProcessorId, processorKind } from './processors.ts'

/**
 * What a stretch of work took, as an ESTIMATE with its error: no machine tells what one process of many used.
 *
 * Where the processor has counters of its energy (RAPL), what they counted is shared out by processor time. Elsewhere each
 * second of processor time is one of a core at work, by a table of watts; and as the server runs as many jobs as there are
 * cores, a job that waits holds one that is at rest. So nothing is counted twice, however many jobs run side by side.
 * What the grid emits per kWh is the world's average, by Ember: https://ember-energy.org (472 g, as Eco CI has it). What making the machine
 * emitted is shared out by time: 1151.7 kg for a server of 128 threads, by https://datavizta.boavizta.org, over four years.
 */
export interface Energy {
  readonly joules: number
  /** Between these two it is likely to be. */
  readonly low: number
  readonly high: number
  /** Grams of CO2e that the grid emitted for it. */
  readonly gridGrams: number
  /** This time's share of what making the machine emitted, in grams of CO2e. */
  readonly madeGrams: number
  readonly basis: Basis
}

/** How the watts are known, the surest first: counted by the processor, said by an admin, by the table, or its middle. */
export const bases = ['counted', 'set', 'table', 'middle'] as const
export type Basis = (typeof bases)[number]

/** How a person is told of it, as the rest of a sentence. */
export const basisWords: Readonly<Record<Basis, string>> = {
  counted: 'by the processor\u2019s own counters, shared out by processor time',
  set: 'by processor time and the watts that an admin has set',
  table: 'by processor time and a table of watts for this kind of processor',
  middle: 'by processor time and the middle of a table of watts, as it does not have this kind of processor',
}

export interface PowerModel {
  readonly basis: Exclude<Basis, 'counted'>
  /** Kind of processor; null when it is in no table. */
  readonly processor: string | null
  readonly watts: CoreWatts
  readonly cores: number
  /** Grams of CO2e for a kWh. */
  readonly gridIntensity: number
}

/** What was measured of a stretch of work. */
export interface Measured {
  readonly durationMs: number
  /** Processor time of everything that ran for it; null when nobody could tell. */
  readonly cpuMs: number | null
  /** What the whole processor did meanwhile; null where it has no counters. */
  readonly counted: Counted | null
}

export interface Counted {
  readonly joules: number
  /** Processor time of everything on the machine. */
  readonly cpuMs: number
}

/** A part of a job, and what it took: one of its steps, or something the runner does for all of them. */
export interface Lap extends Measured {
  readonly name: string
  /** Which of the job's steps; null for what the runner does. */
  readonly step: number | null
}

/** A lap with what it was worth by the watts and the grid of its time. */
export interface LapKept extends Pick<Lap, 'name' | 'step' | 'durationMs' | 'cpuMs'> {
  /** `r17/test/1`, `d42-smoke`. */
  readonly attempt: string
  readonly energy: Energy | null
}

export const defaultGridIntensity = 472

const joulesOfKwh = 3_600_000
const gramsToMakeACore = 1_151_700 / 128
const lifeMs = 4 * 365 * 86_400_000

/** How far off it may be, downwards and upwards, by what is known of the watts. Chosen with care, and not measured. */
const errors = {
  // The counters do not see the rest of the server: fans, disks, what its power supply loses.
  counted: { low: 1, high: 1.6 },
  set: { low: 0.8, high: 1.25 },
  // Servers with the same kind of processor differ by so much.
  table: { low: 1 / 1.5, high: 1.5 },
  // From the most frugal row of the table to the hungriest.
  middle: { low: 1 / 2.5, high: 2.5 },
} as const

/** Null when its processor time is not known: never 0 for nothing. */
export function energyOf(measured: Measured, model: PowerModel): Energy | null {
  const { durationMs, cpuMs } = measured
  if (cpuMs === null) return null
  const heldMs = Math.max(durationMs, cpuMs)
  const known = countedShare(measured, cpuMs, model) ?? byTable(cpuMs, heldMs, model)
  return {
    ...known,
    gridGrams: (known.joules / joulesOfKwh) * model.gridIntensity,
    madeGrams: (heldMs / lifeMs) * gramsToMakeACore,
  }
}

type Joules = Pick<Energy, 'joules' | 'low' | 'high' | 'basis'>

function byTable(cpuMs: number, heldMs: number, { watts, basis }: PowerModel): Joules {
  const joules = (cpuMs * watts.busy + (heldMs - cpuMs) * watts.idle) / 1000
  return { joules, low: joules * errors[basis].low, high: joules * errors[basis].high, basis }
}

/** At least its share of all there is of the processor; likely its share of what was at work. */
function countedShare({ durationMs, counted }: Measured, cpuMs: number, { cores }: PowerModel): Joules | null {
  if (counted === null || counted.cpuMs <= 0) return null
  const joules = counted.joules * Math.min(1, cpuMs / counted.cpuMs)
  const ofAll = counted.joules * Math.min(1, cpuMs / (cores * durationMs))
  const low = Math.min(joules, ofAll) * errors.counted.low
  return { joules, low, high: joules * errors.counted.high, basis: 'counted' }
}

/** All together, known as well as the one that is known least; null of nothing. */
export function sumOf(all: readonly (Energy | null)[]): Energy | null {
  const known = all.filter((each) => each !== null)
  if (known.length === 0) return null
  const sum = (of: (each: Energy) => number) => known.reduce((total, each) => total + of(each), 0)
  return {
    ...{ joules: sum(({ joules }) => joules), low: sum(({ low }) => low), high: sum(({ high }) => high) },
    ...{ gridGrams: sum(({ gridGrams }) => gridGrams), madeGrams: sum(({ madeGrams }) => madeGrams) },
    basis: bases[Math.max(...known.map(({ basis }) => bases.indexOf(basis)))] ?? 'middle',
  }
}

export interface MachineSeen {
  readonly processor: ProcessorId
  readonly cores: number
}

export interface PowerSettings {
  /** By an admin, who has measured it; null = by the table. */
  readonly watts: CoreWatts | null
  readonly gridIntensity: number
}

export function powerModel({ processor, cores }: MachineSeen, { watts, gridIntensity }: PowerSettings): PowerModel {
  const kind = processorKind(processor)
  const shared = { processor: kind?.name ?? null, cores, gridIntensity }
  if (watts !== null) return { ...shared, basis: 'set', watts }
  if (kind === null) return { ...shared, basis: 'middle', watts: middleWatts }
  return { ...shared, basis: 'table', watts: { idle: kind.idle, busy: kind.busy } }
}
