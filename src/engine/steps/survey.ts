import type { StepOutcome } from '../../domain/deployment.ts'
import { mayBePending, surveySentence } from '../../domain/migrations.ts'
import { Fault } from '../../lib/fault.ts'
import { lookForMigrations } from '../look.ts'
import type { StepWork } from '../perform-step.ts'
import { variablesOf } from './variables-of.ts'

/**
 * Looks within the lock, from within the very release: nothing else moves on the track, so what is found stays so. Where the
 * policy lets no deployment migrate, anything but a certain "nothing" ends it before anything has moved.
 */
export async function surveyStep(work: StepWork): Promise<StepOutcome> {
  const { deployment, context, order } = work
  const survey = await lookForMigrations({
    ...work,
    ...{ release: deployment.release, variables: variablesOf(deployment) },
    ...{ name: `${deployment.id}-survey-${order.number}`, log: `${deployment.id}-survey` },
  })
  const isForbidden = context.environment.policies.migrations === 'forbid_pending' && deployment.reason !== 'migrate'
  if (isForbidden && mayBePending(survey)) {
    const details = {
      deployment: deployment.id,
      environment: context.environment.name,
      problem: surveySentence(survey),
    }
    throw new Fault(survey.pending === null ? 'migration.unseen' : 'migration.pending', { details })
  }
  return { survey, told: { pending: survey.pending, problem: survey.problem } }
}
