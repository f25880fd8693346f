import { z } from 'zod'
import { atProject, limit, list, name, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const noticeRoutes = {
  'notices.list': route({
    ...{ method: 'GET', path: `${atProject}/notices`, scope: 'read', kind: 'json' },
    sentence: 'Lists what people were told, or are to be told, newest first, with what became of it.',
    params: ofProject,
    query: z.strictObject({ state: z.enum(['waiting', 'sending', 'delivered', 'failed']).optional(), limit }),
    answer: list(views.delivery),
  }),
  'notices.recipients': route({
    ...{ method: 'GET', path: `${atProject}/notices/recipients`, scope: 'read', kind: 'json' },
    sentence: 'Lists who is told of what, as the configuration says it now.',
    params: ofProject,
    answer: list(views.recipient),
  }),
  'notices.test': route({
    ...{ method: 'POST', path: `${atProject}/notices/test`, scope: 'maintain', kind: 'json', limitMs: 60_000 },
    sentence: 'Sends a test message to a recipient now, and tells what became of it.',
    params: ofProject,
    body: z.strictObject({ position: z.int().min(1).max(1_000) }),
    answer: views.noticeTest,
  }),
  'notices.redeliver': route({
    ...{ method: 'POST', path: '/notices/:notice/redeliver', scope: 'maintain', kind: 'json' },
    sentence: 'Sends a notice again, under the id it had.',
    params: z.strictObject({ notice: name }),
    answer: views.delivery,
  }),
} as const
