import { z } from 'zod'
import { limit, list, name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const factRoutes = {
  'facts.list': route({
    ...{ method: 'GET', path: '/facts', scope: 'read', kind: 'json' },
    sentence: 'Lists facts of the journal after a number, oldest first; the newest ones when no number is given.',
    query: z.strictObject({
      after: z.coerce.number().int().min(0).optional(),
      project: name.optional(),
      subject: name.optional(),
      kind: name.optional(),
      limit,
    }),
    answer: list(views.fact),
  }),
  'facts.follow': route({
    ...{ method: 'GET', path: '/facts/follow', scope: 'read', kind: 'events' },
    sentence: 'Tells facts after a number, and then each as it is recorded. Ids are the facts’ numbers.',
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional(), project: name.optional() }),
    answer: views.fact,
  }),
  'facts.verify': route({
    ...{ method: 'GET', path: '/facts/verify', scope: 'read', kind: 'json', limitMs: 5 * 60_000 },
    sentence: 'Re-derives the journal’s whole hash chain.',
    answer: views.auditVerdict,
  }),
} as const
