import { z } from 'zod'
import { limit, list, name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

/** Which facts of the journal. */
const filter = {
  project: name.optional(),
  environment: name.optional(),
  subject: name.optional(),
  /** `deployment.finished`, or `deployment` for all of its kinds. */
  kind: name.optional(),
  by: name.optional(),
  since: z.coerce.number().int().min(0).optional(),
  until: z.coerce.number().int().min(0).optional(),
}
const number = z.coerce.number().int().min(0).optional()

export const factRoutes = {
  'facts.list': route({
    ...{ method: 'GET', path: '/facts', scope: 'read', kind: 'json' },
    sentence: 'Lists facts of the journal after a number, oldest first; the newest ones when no number is given.',
    query: z.strictObject({ after: number, before: number, ...filter, limit }),
    answer: list(views.fact),
  }),
  'facts.follow': route({
    ...{ method: 'GET', path: '/facts/follow', scope: 'read', kind: 'events' },
    sentence: 'Tells facts after a number, and then each as it is recorded. Ids are the facts’ numbers.',
    query: z.strictObject({ after: number, project: name.optional() }),
    answer: views.fact,
  }),
  'facts.export': route({
    ...{ method: 'GET', path: '/facts/export', scope: 'read', kind: 'events' },
    sentence:
      'Tells all facts there are by now, oldest first, with their hashes, and ends. Ids are the facts’ numbers.',
    query: z.strictObject({ after: number, ...filter }),
    answer: views.fact,
  }),
  'facts.verify': route({
    ...{ method: 'GET', path: '/facts/verify', scope: 'read', kind: 'json', limitMs: 5 * 60_000 },
    sentence: 'Re-derives the journal’s whole hash chain.',
    answer: views.auditVerdict,
  }),
} as const
