import { z } from 'zod'
import { comment, limit, list, name, offset } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const ofRun = z.strictObject({ run: name })
const ofJob = z.strictObject({ run: name, job: z.string().min(1).max(500) })

export const runRoutes = {
  'runs.list': route({
    ...{ method: 'GET', path: '/runs', scope: 'read', kind: 'json' },
    sentence: 'Lists runs, newest first.',
    query: z.strictObject({ project: name.optional(), limit }),
    answer: list(views.run),
  }),
  'runs.show': route({
    ...{ method: 'GET', path: '/runs/:run', scope: 'read', kind: 'json' },
    sentence: 'Shows one run with its jobs.',
    params: ofRun,
    answer: views.runDetail,
  }),
  'runs.cancel': route({
    ...{ method: 'POST', path: '/runs/:run/cancel', scope: 'deploy', kind: 'json' },
    sentence: 'Ends a run.',
    params: ofRun,
    answer: views.run,
  }),
  'runs.approve': route({
    ...{ method: 'POST', path: '/runs/:run/approve', scope: 'deploy', kind: 'json' },
    sentence: 'Says that a commit which somebody from outside proposes may be run, by its full SHA.',
    params: ofRun,
    body: z.strictObject({
      commit: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'expected all 40 digits of a commit'),
      comment,
    }),
    answer: views.run,
  }),
  'runs.reject': route({
    ...{ method: 'POST', path: '/runs/:run/reject', scope: 'deploy', kind: 'json' },
    sentence: 'Says that a proposal is not run.',
    params: ofRun,
    body: z.strictObject({ comment }),
    answer: views.run,
  }),
  'runs.rerun': route({
    ...{ method: 'POST', path: '/runs/:run/rerun', scope: 'deploy', kind: 'json' },
    sentence: 'Runs again what did not succeed: the same commit, and what succeeded is kept.',
    params: ofRun,
    answer: views.run,
  }),
  'jobs.log': route({
    ...{ method: 'GET', path: '/runs/:run/jobs/:job/log', scope: 'read', kind: 'json' },
    sentence: 'Reads a piece of a job’s log from a byte on; a negative offset counts from the end.',
    params: ofJob,
    query: z.strictObject({ offset, attempt: z.coerce.number().int().min(1).optional() }),
    answer: views.logPart,
  }),
  'jobs.log.find': route({
    ...{ method: 'GET', path: '/runs/:run/jobs/:job/log/find', scope: 'read', kind: 'json' },
    sentence:
      'Looks through a job’s log from a byte on for a text, in small letters or large; no further than some 64 MB or 200 lines at once.',
    params: ofJob,
    query: z.strictObject({
      text: z.string().min(1).max(200),
      offset: z.coerce.number().int().min(0).default(0),
      attempt: z.coerce.number().int().min(1).optional(),
    }),
    answer: views.logHits,
  }),
  'jobs.log.follow': route({
    ...{ method: 'GET', path: '/runs/:run/jobs/:job/log/follow', scope: 'read', kind: 'events' },
    sentence: 'Reads a job’s log from a byte on, and goes on until the job has ended. Ids are byte offsets.',
    params: ofJob,
    query: z.strictObject({ offset, attempt: z.coerce.number().int().min(1).optional() }),
    answer: views.logPart,
  }),
} as const
