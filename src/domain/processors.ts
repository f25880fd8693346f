import { quantile } from '../lib/quantile.ts'

/** What a machine says of its processor, in `/proc/cpuinfo`. */
export interface ProcessorId {
  /** `GenuineIntel`, `AuthenticAMD`, or an implementer such as `0x41`. */
  readonly vendor: string
  readonly family: number
  /** On ARM the part. */
  readonly model: number
  readonly stepping: number
}

/** What one core takes, a hardware thread that is: its share of everything within the whole server. */
export interface CoreWatts {
  readonly idle: number
  readonly busy: number
}

export interface ProcessorKind extends CoreWatts {
  readonly name: string
}

interface Row extends ProcessorKind {
  readonly is: (id: ProcessorId) => boolean
}

/**
 * Watts by kind of processor, of servers measured at rest and at full load with SPECpower_ssj2008, divided by their
 * threads: the averages of https://github.com/cloud-carbon-footprint/ccf-coefficients (output/coefficients-aws-use.csv,
 * from SPECpower results of 2026-03-09). Left out is EPYC of the 5th generation: its average there is of a few small
 * systems, four times that of the generation before. Graviton has there what the 2nd generation of EPYC has.
 */
const rows: readonly Row[] = [
  { name: 'Sandy Bridge', idle: 2.21, busy: 8.63, is: intel(42, 45) },
  { name: 'Ivy Bridge', idle: 1.71, busy: 5.56, is: intel(58, 62) },
  { name: 'Haswell', idle: 1.86, busy: 5.6, is: intel(60, 63, 69, 70) },
  { name: 'Broadwell', idle: 0.71, busy: 3.69, is: intel(61, 71, 79, 86) },
  { name: 'Skylake', idle: 0.61, busy: 4.1, is: (id) => intel(85)(id) && id.stepping < 5 },
  { name: 'Cascade Lake', idle: 0.69, busy: 4.06, is: (id) => intel(85)(id) && id.stepping >= 5 },
  { name: 'Coffee Lake', idle: 1.14, busy: 5.42, is: intel(158) },
  { name: 'Ice Lake', idle: 0.77, busy: 3.76, is: intel(106, 108) },
  { name: 'Sapphire Rapids', idle: 1.04, busy: 4.16, is: intel(143) },
  { name: 'Emerald Rapids', idle: 0.81, busy: 4.48, is: intel(207) },
  { name: 'Granite Rapids', idle: 0.58, busy: 2.53, is: intel(173, 174) },
  { name: 'EPYC 1st Gen', idle: 0.85, busy: 2.6, is: amd(23, 1) },
  { name: 'EPYC 2nd Gen', idle: 0.47, busy: 1.69, is: amd(23, 49) },
  { name: 'EPYC 3rd Gen', idle: 0.46, busy: 1.96, is: amd(25, 1) },
  { name: 'EPYC 4th Gen', idle: 0.74, busy: 2.28, is: amd(25, 17, 160) },
  { name: 'Neoverse', idle: 0.47, busy: 1.69, is: ({ vendor, model }) => vendor === '0x41' && neoverse.has(model) },
]

/** N1, V1 and V2: Graviton 2 to 4, and their kin. */
const neoverse = new Set([0xd0c, 0xd40, 0xd4f])

/** Null when the table has no such processor. */
export function processorKind(id: ProcessorId): ProcessorKind | null {
  const row = rows.find(({ is }) => is(id))
  return row === undefined ? null : { name: row.name, idle: row.idle, busy: row.busy }
}

/** For a machine that is in no row: the middle of the table. */
export const middleWatts: CoreWatts = { idle: middleOf(({ idle }) => idle), busy: middleOf(({ busy }) => busy) }

function middleOf(watts: (row: Row) => number): number {
  return quantile(rows.map(watts), 0.5) ?? 0
}

/** The first processor of `/proc/cpuinfo`. */
export function parseProcessor(text: string): ProcessorId {
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim() ?? ''
  const implementer = field('CPU implementer')
  return {
    vendor: field('vendor_id') || implementer,
    family: Number(field('cpu family')),
    model: Number(implementer === '' ? field('model') : field('CPU part')),
    stepping: Number(field('stepping')),
  }
}

function intel(...models: readonly number[]) {
  return ({ vendor, family, model }: ProcessorId) => vendor === 'GenuineIntel' && family === 6 && models.includes(model)
}

function amd(families: number, ...models: readonly number[]) {
  return ({ vendor, family, model }: ProcessorId) =>
    vendor === 'AuthenticAMD' && family === families && models.includes(model)
}
