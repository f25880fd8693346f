import { nextTime } from './cron.ts'
import type { AppSpec, EnvironmentSpec, ScheduledCommandSpec } from './spec.ts'

/** A command that runs by the clock on a track, as the release that is live there has it. */
export interface Schedule {
  readonly track: string
  readonly name: string
  readonly cron: string
  readonly timezone: string
  readonly overlap: ScheduledCommandSpec['overlap']
  /** How long after its time it may still be started; later than that, the time was missed. */
  readonly lateMs: number
  readonly dueAt: number
  /** The time it ran for last. */
  readonly lastTick: number | null
  readonly paused: Pause | null
}

export interface Pause {
  readonly by: string
  readonly reason: string
  readonly at: number
}

/** What the clock has brought: at most one time to run for, and those that nobody was there for. */
export interface Ticks {
  readonly run: number | null
  readonly missed: { readonly count: number; readonly first: number; readonly last: number } | null
  /** The next time; null when there will be none. */
  readonly next: number | null
}

/** More times than a server is ever away for: what came before is counted no further. */
const mostTicks = 10_000

/** The newest time that is due is the one to run for, unless it is too late for that; all before it were missed. */
export function ticksDue(schedule: Pick<Schedule, 'cron' | 'timezone' | 'dueAt' | 'lateMs'>, now: number): Ticks {
  const due: number[] = []
  let next: number | null = schedule.dueAt
  while (next !== null && next <= now && due.length < mostTicks) {
    due.push(next)
    next = nextTime(schedule, next)
  }
  // What was not counted is behind us all the same.
  if (next !== null && next <= now) next = nextTime(schedule, now)
  const last = due.at(-1)
  const run = last !== undefined && now - last <= schedule.lateMs ? last : null
  const missed = run === null ? due : due.slice(0, -1)
  const [first] = missed
  if (first === undefined) return { run, missed: null, next }
  return { run, missed: { count: missed.length, first, last: missed.at(-1) ?? first }, next }
}

/** The schedules an app has in an environment. */
export function schedulesIn(
  { name, schedules }: AppSpec,
  { name: environment, apps }: EnvironmentSpec,
): readonly ScheduledCommandSpec[] {
  if (!apps.includes(name)) return []
  return schedules.filter(({ environments }) => environments.length === 0 || environments.includes(environment))
}

/**
 * The schedule as it stands after a release has become live: one whose times are the same goes on, also with a time that is due this moment;
 * one that is new, or has other times, begins now. Null when it has no time to come.
 */
export function follow(
  track: string,
  spec: ScheduledCommandSpec,
  { before, now }: { readonly before: Schedule | null; readonly now: number },
): Schedule | null {
  const { name, cron, timezone, overlap, lateMs } = spec
  const isSame = before !== null && before.cron === cron && before.timezone === timezone
  const dueAt = isSame ? before.dueAt : nextTime(spec, now)
  if (dueAt === null) return null
  const { lastTick = null, paused = null } = before ?? {}
  return { track, name, cron, timezone, overlap, lateMs, dueAt, lastTick, paused }
}
