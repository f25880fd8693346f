import { Cron } from 'croner'

export interface CronTime {
  /** Five fields as in a crontab: minute, hour, day of the month, month, day of the week. */
  readonly cron: string
  /** A name of the IANA database, such as `Europe/Berlin`. */
  readonly timezone: string
}

/** What is wrong with a cron expression, in words, or null. */
export function cronProblem(cron: string): string | null {
  if (cron.length > 200) return 'an expression longer than 200 characters'
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== 5 && !cron.startsWith('@'))
    return `"${cron.slice(0, 60)}" with ${fields.length} fields instead of five`
  try {
    const next = parse({ cron, timezone: 'UTC' }).nextRun(new Date(0))
    return next === null ? 'a time that never comes' : null
  } catch (error) {
    if (error instanceof Error) return error.message.replace(/^CronPattern: /, '')
    throw error
  }
}

export function isTimezone(name: string): boolean {
  // `Intl` takes offsets such as +01:00 as well; they would miss daylight saving time without a word.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/**
 * The first time after `afterMs`, or null when none will come. A time that the clocks skip in spring comes right after the
 * gap; one that they show twice in autumn comes once.
 */
export function nextTime({ cron, timezone }: CronTime, afterMs: number): number | null {
  return parse({ cron, timezone }).nextRun(new Date(afterMs))?.getTime() ?? null
}

/** The window that begins at each of these times and is open now: its end, or null when none is. */
export function openUntil(window: CronTime & { readonly durationMs: number }, nowMs: number): number | null {
  let end: number | null = null
  let start = nextTime(window, nowMs - window.durationMs)
  // Windows may overlap; the last one to begin ends last.
  for (let looked = 0; start !== null && start <= nowMs && looked < 1000; looked += 1) {
    end = start + window.durationMs
    start = nextTime(window, start)
  }
  return end
}

/** Given no function to call, it only calculates. */
function parse({ cron, timezone }: CronTime): Cron {
  return new Cron(cron, { timezone, mode: '5-part', paused: true })
}
