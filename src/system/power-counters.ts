import { join } from 'node:path'
import { namesIn, readText } from './files.ts'

/** What one part of the machine has used since some time or other. It begins anew when it has reached its range. */
export interface PowerCount {
  readonly zone: string
  readonly microjoules: number
  readonly range: number
}

const counters = '/sys/class/powercap'

/** The processor's own counters, of Intel and of AMD. Empty where there are none, or where only root may read them. */
export async function powerCounts(directory = counters): Promise<readonly PowerCount[]> {
  const zones = (await names(directory)).filter((name) => /^intel-rapl:\d+(:\d+)?$/.test(name))
  return (await Promise.all(zones.map((zone) => countOf(join(directory, zone), zone)))).filter(
    (count) => count !== null,
  )
}

/** Whole processors and their memory: other zones are parts of a processor, or all of the machine once more. */
async function countOf(path: string, zone: string): Promise<PowerCount | null> {
  const name = (await text(join(path, 'name'))) ?? ''
  if (!/^(package-\d+|dram)$/.test(name)) return null
  const [microjoules, range] = [await text(join(path, 'energy_uj')), await text(join(path, 'max_energy_range_uj'))]
  if (microjoules === null || range === null || !/^\d+$/.test(microjoules) || !/^\d+$/.test(range)) return null
  return { zone, microjoules: Number(microjoules), range: Number(range) }
}

/** From one reading to a later one, over the zones that both have. */
export function joulesBetween(before: readonly PowerCount[], now: readonly PowerCount[]): number {
  const grown = now.map(({ zone, microjoules, range }) => {
    const known = before.find((count) => count.zone === zone)
    if (known === undefined) return 0
    return microjoules >= known.microjoules ? microjoules - known.microjoules : microjoules + range - known.microjoules
  })
  return grown.reduce((sum, each) => sum + each, 0) / 1e6
}

async function names(directory: string): Promise<readonly string[]> {
  return namesIn(directory).catch(() => []) // Not to be read is as good as not there: the table of watts is used then.
}

async function text(path: string): Promise<string | null> {
  const found = await readText(path, 100).catch(() => null) // The same.
  return found?.trim() ?? null
}
