import type { Survey } from '../domain/migrations.ts'
import { contextOf } from './context.ts'
import { onTarget } from './instances.ts'
import { withLimit } from './limit.ts'
import { lookForMigrations } from './look.ts'
import type { Parts } from './parts.ts'
import { prepareMs } from './place.ts'

/** A look that a plan or a person waits for. Null when it has its answer already. */
export async function performSurvey(
  parts: Parts,
  id: string,
  number: number,
  signal: AbortSignal,
): Promise<Survey | null> {
  const survey = parts.store.surveys.get(id)
  if (survey === null || survey.state === 'finished') return null
  const { track, release, variables } = survey
  const context = contextOf(parts.store, survey)
  const driver = parts.driver(context.environment.target)
  const order = { track, number }
  const limit = { clock: parts.clock, limitMs: prepareMs, what: driver.name, signal }
  await withLimit(limit, (own) => driver.prepare(onTarget(context.app.name, release), order, own))
  const names = { name: `${id}-${number}`, log: id }
  return await lookForMigrations({ parts, driver, order, signal, context, release, variables, ...names })
}
