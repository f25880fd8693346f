import { type CronTime, nextTime } from './cron.ts'
import type { ProjectSpec } from './spec.ts'

/** What the clock sets off: a run of a branch, or the newest release that may go to an environment. One of both is null. */
export interface Timer extends CronTime {
  readonly branch: string | null
  readonly environment: string | null
}

/** Every timer a configuration asks for, each once. */
export function timersOf({ triggers, environments }: ProjectSpec): readonly Timer[] {
  const all: readonly Timer[] = [
    ...triggers.schedules.map(({ cron, timezone, branch }) => ({ cron, timezone, branch, environment: null })),
    ...environments.flatMap(({ name, triggers: { schedules } }) =>
      schedules.map(({ cron, timezone }) => ({ cron, timezone, branch: null, environment: name })),
    ),
  ]
  return all.filter((timer, index) => all.findIndex((other) => isSameTimer(other, timer)) === index)
}

export function isSameTimer(a: Timer, b: Timer): boolean {
  return timerName(a) === timerName(b)
}

/** As people read it in the journal. */
export function timerName({ branch, environment, cron, timezone }: Timer): string {
  const what = environment === null ? `branch ${branch}` : `environment ${environment}`
  return `timer "${cron}" (${timezone}) of ${what}`
}

/** More than anybody would count. */
const mostMissed = 1_000

export interface Tick {
  /** The tick that is done now: the newest one that has come. */
  readonly at: number
  /** Ticks that came before it and were not done: the server was away. */
  readonly missed: number
  /** When the next one comes; null when none will. */
  readonly next: number | null
}

/** However many ticks have come since the one that was due, they are done once. */
export function tickOf(timer: CronTime, dueAt: number, now: number): Tick {
  let [at, missed] = [dueAt, 0]
  let next = nextTime(timer, dueAt)
  while (next !== null && next <= now && missed < mostMissed) {
    at = next
    missed += 1
    next = nextTime(timer, next)
  }
  return { at, missed, next: next !== null && next <= now ? nextTime(timer, now) : next }
}
