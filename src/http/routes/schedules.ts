import type { ScheduleView } from '../../api/views.ts'
import type { Schedule } from '../../domain/schedule.ts'
import { tracksIn } from '../../engine/find.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { oneOffView } from '../views/one-off.ts'

type ScheduleRoutes = Pick<Handlers, 'schedules.list' | 'schedules.pause' | 'schedules.resume'>

export function scheduleRoutes({ actions, store }: ApiParts): ScheduleRoutes {
  const view = ({ lateMs, dueAt, lastTick, ...schedule }: Schedule): ScheduleView => {
    const last = store.oneOffs.lastOfSchedule(schedule.track, schedule.name)
    const nextAt = schedule.paused === null ? dueAt : null
    return { ...schedule, nextAt, last: last === null ? null : oneOffView(last, last.command) }
  }
  return {
    'schedules.list': ({ params, query }) =>
      tracksIn(store, { ...params, app: query.app }).flatMap(({ id }) => store.schedules.list(id).map(view)),
    'schedules.pause': ({ params: { schedule: name, ...place }, body }, { by }) =>
      view(actions.pauseSchedule({ place: { ...place, app: body.app }, name }, body.reason, { by })),
    'schedules.resume': ({ params: { schedule: name, ...place }, body }, { by }) =>
      view(actions.resumeSchedule({ place: { ...place, app: body.app }, name }, { by })),
  }
}
