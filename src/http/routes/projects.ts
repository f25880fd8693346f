import type { ExplanationView, ProjectView } from '../../api/views.ts'
import type { Explanation } from '../../domain/explain.ts'
import { findProject } from '../../engine/find.ts'
import { Fault } from '../../lib/fault.ts'
import type { Project } from '../../store/projects.ts'
import { sees } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { projectAdder } from '../project-adder.ts'
import { gateView } from '../views/deployment.ts'

type ProjectRoutes = Pick<
  Handlers,
  'projects.list' | 'projects.show' | 'projects.add' | 'projects.remove' | 'events.list' | 'explain'
>

export function projectRoutes(parts: ApiParts): ProjectRoutes {
  const { store, queries, actions, repositories } = parts
  const view = (project: Project) => projectView(parts, project)
  const add = projectAdder(parts)
  return {
    'projects.list': (_, { principal }) =>
      store.projects
        .list()
        .filter(({ name }) => sees(principal, name))
        .map(view),
    'projects.show': ({ params }) => view(findProject(store, params.project)),
    'projects.add': async ({ body }, { by, signal }) => {
      const { events, leftOut } = await add({ name: body.name, origin: body.origin ?? null, by, signal })
      return { project: view(findProject(store, body.name)), events, leftOut }
    },
    'projects.remove': async ({ params }, { by }) => {
      actions.removeProject(params.project, { by })
      await repositories.remove(params.project)
      return { removed: params.project }
    },
    'events.list': ({ params, query }) => {
      findProject(store, params.project)
      return store.events.list(params.project, query.limit)
    },
    explain: async ({ params }) => {
      const { name: project } = findProject(store, params.project)
      const commit = await repositories.resolve(project, params.commit)
      if (commit === null) throw new Fault('commit.unknown', { details: { project, name: params.commit } })
      return explanationView(await queries.explain(project, commit))
    },
  }
}

function projectView({ store, baseUrl }: ApiParts, project: Project): ProjectView {
  const { name, origin, createdAt, createdBy } = project
  const spec = store.runs.newestSpec(name)
  return {
    ...{ name, origin, createdAt, createdBy },
    gitUrl: `${baseUrl}/git/${name}.git`,
    apps: (spec?.apps ?? []).map((app) => app.name),
    environments: (spec?.environments ?? []).map((environment) => environment.name),
  }
}

function explanationView({ environments, ...told }: Explanation): ExplanationView {
  return { ...told, environments: environments.map((each) => ({ ...each, gates: each.gates.map(gateView) })) }
}
