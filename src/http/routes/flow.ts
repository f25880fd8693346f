import { Fault } from '../../lib/fault.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

export function flowRoutes({ queries, repositories }: ApiParts): Pick<Handlers, 'flow' | 'undeployed'> {
  return {
    flow: async ({ params: { project, named } }) => {
      const commit = queries.commitOfRelease(project, named) ?? (await repositories.resolve(project, named))
      if (commit === null) throw new Fault('commit.unknown', { details: { project, name: named } })
      return queries.flow(project, commit)
    },
    undeployed: ({ params, query }) => queries.undeployed({ ...params, app: query.app }),
  }
}
