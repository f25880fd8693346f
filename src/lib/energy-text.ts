import { brief } from './time-text.ts'

/** `42 J`, from a thousand on `1.9 Wh`, `2.4 kWh`. */
export function joulesText(joules: number): string {
  if (joules < 1_000) return `${round(joules)} J`
  const wattHours = joules / 3_600
  return wattHours < 1_000 ? `${round(wattHours)} Wh` : `${round(wattHours / 1_000)} kWh`
}

/** `310 mg`, `4.2 g`, `1.3 kg`. */
export function gramsText(grams: number): string {
  if (grams < 1) return `${round(grams * 1_000)} mg`
  return grams < 1_000 ? `${round(grams)} g` : `${round(grams / 1_000)} kg`
}

/** `20ms`, from a second on as ever: steps are often short. */
export function lapTime(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)}ms` : brief(ms)
}

/** What a lap took, column by column; a dash of the reader's kind for what nobody could tell. */
export function lapTexts(lap: LapTaken, unknown: string): readonly string[] {
  const known = <T>(value: T | null, show: (value: T) => string) => (value === null ? unknown : show(value))
  return [
    lapTime(lap.durationMs),
    known(lap.cpuMs, lapTime),
    known(lap.cores, (cores) => cores.toFixed(2)),
    known(lap.energy, ({ joules }) => joulesText(joules)),
    known(lap.watts, (watts) => `${watts.toFixed(1)} W`),
    known(lap.energy, ({ grams }) => gramsText(grams)),
  ]
}

export interface LapTaken {
  readonly durationMs: number
  readonly cpuMs: number | null
  readonly cores: number | null
  readonly watts: number | null
  readonly energy: { readonly joules: number; readonly grams: number } | null
}

/** An estimate: two digits say all there is to say. */
function round(value: number): string {
  if (value === 0) return '0'
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))
}
