import { z } from 'zod'
import { atEnvironment, comment, name, ofEnvironment } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const migrationRoutes = {
  migrate: route({
    ...{ method: 'POST', path: `${atEnvironment}/migrate`, scope: 'maintain', permission: 'migrate', kind: 'json' },
    sentence:
      'Runs the migrations of a release, and nothing else; of what is live when none is named. Refused without the tick.',
    params: ofEnvironment,
    body: z.strictObject({
      app: name.optional(),
      version: name.optional(),
      destructive: z.boolean().default(false),
      comment,
    }),
    answer: views.deployment,
  }),
  'surveys.start': route({
    ...{ method: 'POST', path: `${atEnvironment}/surveys`, scope: 'maintain', permission: 'migrate', kind: 'json' },
    sentence:
      'Begins a look for pending migrations from within a release; of what is live when none is named. Changes nothing.',
    params: ofEnvironment,
    body: z.strictObject({ app: name.optional(), version: name.optional() }),
    answer: views.survey,
  }),
  'surveys.show': route({
    ...{ method: 'GET', path: '/surveys/:survey', scope: 'read', kind: 'json' },
    sentence: 'Shows what a look for pending migrations found.',
    params: z.strictObject({ survey: name }),
    answer: views.survey,
  }),
} as const
