import { z } from 'zod'
import { atEnvironment, atProject, list, name, ofEnvironment, ofProject } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const flowRoutes = {
  flow: route({
    ...{ method: 'GET', path: `${atProject}/flow/:named`, scope: 'read', kind: 'json' },
    sentence: 'Tells how far a commit, or the release of that name, has come over all environments.',
    params: ofProject.extend({ named: name }),
    answer: views.flow,
  }),
  undeployed: route({
    ...{ method: 'GET', path: `${atEnvironment}/undeployed`, scope: 'read', kind: 'json' },
    sentence: 'Lists what the branch has and the environment does not, with where each change has been seen.',
    params: ofEnvironment,
    query: z.strictObject({ app: name.optional() }),
    answer: list(views.undeployed),
  }),
} as const
