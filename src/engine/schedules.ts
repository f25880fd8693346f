import { self } from '../domain/facts.ts'
import type { OneOffRun } from '../domain/one-off.ts'
import { follow, type Schedule, schedulesIn, ticksDue } from '../domain/schedule.ts'
import type { ScheduledCommandSpec } from '../domain/spec.ts'
import type { Track } from '../domain/track.ts'
import { wordsOf } from '../domain/words.ts'
import { contextOf, trackOf } from './context.ts'
import { addOneOff, oneOffContext } from './one-offs.ts'
import type { Tx } from './tx.ts'

/** Brings a track's schedules in line with the release that has become live there. */
export function followSchedules(tx: Tx, id: string): void {
  const { store } = tx.parts
  const wanted = scheduled(tx, trackOf(store, id))
  for (const spec of wanted) {
    const schedule = follow(id, spec, { before: store.schedules.get(id, spec.name), now: tx.at })
    if (schedule === null) store.schedules.remove(id, spec.name)
    else store.schedules.save(schedule)
  }
  for (const { name } of store.schedules.list(id)) {
    if (!wanted.some((spec) => spec.name === name)) store.schedules.remove(id, name)
  }
}

/** Its time has come: runs it for the newest time, records those that were missed, and notes the next. */
export function runSchedule(tx: Tx, track: string, name: string): void {
  const { store } = tx.parts
  const schedule = store.schedules.get(track, name)
  if (schedule === null || schedule.paused !== null) return
  const { run, missed, next } = ticksDue(schedule, tx.at)
  if (missed !== null) tell(tx, schedule, 'schedule.missed', { ...missed, because: 'nobody was there to start it' })
  if (next === null) store.schedules.remove(track, name)
  else store.schedules.save({ ...schedule, dueAt: next, lastTick: run ?? schedule.lastTick })
  if (run !== null) startTick(tx, schedule, run)
}

/** The command as the live release has it; null where nothing live has it. */
function scheduledCommand(tx: Tx, track: Track, name: string): ScheduledCommandSpec | null {
  return scheduled(tx, track).find((spec) => spec.name === name) ?? null
}

/** Where the one before still runs, what happens is the schedule's to say. */
function startTick(tx: Tx, schedule: Schedule, tick: number): void {
  const { store } = tx.parts
  const track = trackOf(store, schedule.track)
  const spec = scheduledCommand(tx, track, schedule.name)
  if (spec === null || track.live === null) return
  const running = store.oneOffs.unfinished(track.id).find((each) => isOf(each, schedule))
  if (running !== undefined && spec.overlap === 'skip') {
    tell(tx, schedule, 'schedule.skipped', { tick, because: `${running.id} still runs` })
    return
  }
  const lane = spec.overlap === 'allow' ? undefined : `schedule:${track.id}/${spec.name}`
  addOneOff(
    tx,
    {
      ...{ track, tick, name: spec.name, command: wordsOf(spec.command), destructive: spec.destructive, dryRun: false },
      ...{ where: { kind: 'once' }, by: self, comment: null, limitMs: spec.timeoutMs },
      context: oneOffContext(store, track, { kind: 'once' }),
    },
    { heldMs: null, ...(lane === undefined ? {} : { lane }) },
  )
}

function isOf({ name, tick }: OneOffRun, schedule: Schedule): boolean {
  return tick !== null && name === schedule.name
}

/** Scaled to nothing is switched off, schedules and all. */
function scheduled(tx: Tx, track: Track): readonly ScheduledCommandSpec[] {
  if (track.live === null || track.live.instances.length === 0) return []
  const { app, environment } = contextOf(tx.parts.store, { track: track.id, release: track.live.release })
  return schedulesIn(app, environment)
}

function tell(tx: Tx, { track, name }: Schedule, kind: string, data: Record<string, unknown>): void {
  const { project } = trackOf(tx.parts.store, track)
  tx.fact({ kind, project, subject: track, by: self, data: { name, ...data } })
}
