import { nextTime } from '../../domain/cron.ts'
import type { Schedule } from '../../domain/schedule.ts'
import { Fault } from '../../lib/fault.ts'
import { findTrack } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import type { Tx } from '../tx.ts'
import type { Asked, Place, Work } from './work.ts'

interface Named {
  readonly place: Place
  readonly name: string
}

export function scheduleActions(work: Work) {
  return {
    /** Its times go by without it until it is resumed. */
    pauseSchedule(named: Named, reason: string, { by }: Asked): Schedule {
      return work.transact((tx) => {
        mustBePermitted(tx.parts.store, 'exec', { ...named.place, by })
        const schedule = { ...findSchedule(tx, named), paused: { by, reason, at: tx.at } }
        return keep(tx, schedule, { kind: 'schedule.paused', by, data: { reason } })
      })
    },

    /** Goes on with the next of its times; what went by is not made good. */
    resumeSchedule(named: Named, { by }: Asked): Schedule {
      return work.transact((tx) => {
        mustBePermitted(tx.parts.store, 'exec', { ...named.place, by })
        const schedule = findSchedule(tx, named)
        if (schedule.paused === null) return schedule
        const dueAt = nextTime(schedule, tx.at) ?? schedule.dueAt
        return keep(tx, { ...schedule, dueAt, paused: null }, { kind: 'schedule.resumed', by, data: {} })
      })
    },
  }
}

interface Told {
  readonly kind: string
  readonly by: string
  readonly data: Readonly<Record<string, unknown>>
}

function keep(tx: Tx, schedule: Schedule, { kind, by, data }: Told): Schedule {
  const [project = ''] = schedule.track.split('/')
  tx.parts.store.schedules.save(schedule)
  tx.fact({ kind, project, subject: schedule.track, by, data: { name: schedule.name, ...data } })
  return schedule
}

/** Fault `schedule.unknown`. */
function findSchedule(tx: Tx, { place, name }: Named): Schedule {
  const { store } = tx.parts
  const track = findTrack(store, place)
  const found = store.schedules.get(track.id, name)
  if (found !== null) return found
  const known = store.schedules.list(track.id).map((each) => each.name)
  throw new Fault('schedule.unknown', { details: { name, track: track.id, known: known.join(', ') || 'none' } })
}
