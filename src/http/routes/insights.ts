import { projectsAsked } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { energyInsightsView } from '../views/energy.ts'

export function insightRoutes({ queries, store }: ApiParts): Pick<Handlers, 'insights'> {
  const isThere = (project: string) => store.projects.get(project) !== null
  return {
    insights: async ({ query: { project, environment = null, days } }, { principal }) => {
      const projects = projectsAsked(principal, project)?.filter(isThere) ?? null
      const found = await queries.insights({ projects, environment, days })
      return {
        ...found,
        projects: found.projects.map((each) => ({ ...each, energy: energyInsightsView(each.energy) })),
      }
    },
  }
}
