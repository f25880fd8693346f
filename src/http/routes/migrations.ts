import type { SurveyView } from '../../api/views.ts'
import type { SurveyRun } from '../../domain/survey-run.ts'
import { Fault } from '../../lib/fault.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { deploymentView } from '../views/deployment.ts'
import { refView } from '../views/release.ts'

type MigrationRoutes = Pick<Handlers, 'migrate' | 'surveys.start' | 'surveys.show'>

export function migrationRoutes({ store, actions }: ApiParts): MigrationRoutes {
  return {
    migrate: ({ params, body }, { by }) => {
      const { app, version = null, destructive, comment } = body
      return deploymentView(actions.migrate({ ...params, app }, { version, destructive }, { by, comment }))
    },
    'surveys.start': ({ params, body: { app, version = null } }, { by }) =>
      surveyView(actions.survey({ ...params, app }, version, { by })),
    'surveys.show': ({ params }) => {
      const found = store.surveys.get(params.survey)
      if (found === null) throw new Fault('survey.unknown', { details: { survey: params.survey } })
      return surveyView(found)
    },
  }
}

function surveyView({ id, project, track, by, createdAt, finishedAt, state, release, found }: SurveyRun): SurveyView {
  const { pending, problem } = found ?? { pending: null, problem: null }
  return { id, project, track, release: refView(release), by, createdAt, finishedAt, state, pending, problem }
}
