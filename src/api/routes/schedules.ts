import { z } from 'zod'
import { atEnvironment, list, name, ofEnvironment } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const ofSchedule = ofEnvironment.extend({ schedule: name })
const atSchedule = `${atEnvironment}/schedules/:schedule`

export const scheduleRoutes = {
  'schedules.list': route({
    ...{ method: 'GET', path: `${atEnvironment}/schedules`, scope: 'read', kind: 'json' },
    sentence: 'Lists the commands that run here by the clock, when each runs next and how it ended last.',
    params: ofEnvironment,
    query: z.strictObject({ app: name.optional() }),
    answer: list(views.schedule),
  }),
  'schedules.pause': route({
    ...{ method: 'POST', path: `${atSchedule}/pause`, scope: 'maintain', permission: 'exec', kind: 'json' },
    sentence: 'Lets its times go by without it.',
    params: ofSchedule,
    body: z.strictObject({ app: name.optional(), reason: z.string().min(1).max(500) }),
    answer: views.schedule,
  }),
  'schedules.resume': route({
    ...{ method: 'POST', path: `${atSchedule}/resume`, scope: 'maintain', permission: 'exec', kind: 'json' },
    sentence: 'Goes on with the next of its times.',
    params: ofSchedule,
    body: z.strictObject({ app: name.optional() }),
    answer: views.schedule,
  }),
} as const
