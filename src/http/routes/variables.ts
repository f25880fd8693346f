import { findProject } from '../../engine/find.ts'
import { variableMatrix, variablesApart, variablesToApply } from '../../engine/variable-queries.ts'
import type { VariableChange } from '../../store/variables.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { deploymentView } from '../views/deployment.ts'
import { pastChangeView, variableView, waiverView } from '../views/variables.ts'

type VariableRoutes = Pick<
  Handlers,
  | 'variables.list'
  | 'variables.set'
  | 'variables.history'
  | 'variables.matrix'
  | 'variables.waiting'
  | 'variables.compare'
  | 'variables.waive'
  | 'variables.unwaive'
  | 'variables.apply'
>

export function variableRoutes(parts: ApiParts): VariableRoutes {
  const { store, actions, clock } = parts
  return {
    'variables.list': ({ params: { project, environment } }) => {
      findProject(store, project)
      const version = store.variables.version(project, environment)
      return {
        version,
        variables: store.variables.at(project, environment, version).map(variableView),
        waivers: store.waivers
          .list(project)
          .filter((each) => each.environment === environment)
          .map(waiverView),
      }
    },
    'variables.set': async ({ params, body }, { by }) => {
      const isSecret = secrecy(parts, params)
      const changes: readonly VariableChange[] = body.changes.map(({ name, value, secret }) => ({
        name,
        value,
        secret: secret ?? isSecret(name),
      }))
      return { version: await actions.setVariables(params, changes, { by, comment: body.reason }) }
    },
    'variables.history': ({ params, query: { name = null, limit } }) => {
      findProject(store, params.project)
      return store.variables.history(params, name, limit).map(pastChangeView)
    },
    'variables.matrix': ({ params }) => variableMatrix(store, params.project, clock.now()),
    'variables.waiting': ({ params }) => variablesToApply(store, params),
    'variables.compare': ({ params: { project, environment }, query }) =>
      variablesApart(store, project, [environment, query.with]),
    'variables.waive': ({ params: { name, ...place }, body }, { by }) =>
      waiverView(actions.waive(place, { name, ...body }, { by })),
    'variables.unwaive': ({ params: { name, ...place } }, { by }) => ({ ended: actions.unwaive(place, name, { by }) }),
    'variables.apply': ({ params, body: { app, comment } }, { by }) =>
      actions.applyVariables({ ...params, app }, { by, comment }).map(deploymentView),
  }
}

/** What is a secret stays one, unless somebody says otherwise. */
function secrecy({ store }: ApiParts, { project, environment }: { project: string; environment: string }) {
  const version = store.variables.version(project, environment)
  const known = new Map(store.variables.at(project, environment, version).map(({ name, secret }) => [name, secret]))
  const declared = (store.runs.newestSpec(project)?.apps ?? []).flatMap(({ variables }) => variables)
  return (name: string): boolean =>
    known.get(name) ?? declared.some((variable) => variable.name === name && variable.secret)
}
