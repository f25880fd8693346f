import type { Deployment } from '../domain/deployment.ts'
import { type NamedPlace, rollbackTargets } from './find.ts'
import type { Parts } from './parts.ts'
import type { WholePlan } from './queries.ts'
import { draftDeployment } from './request.ts'
import { warningsFor, whyReason } from './ways-back.ts'

export interface RollbackPlan {
  readonly answer: WholePlan
  readonly warnings: readonly string[]
  /** Why a reason has to be given; null when none is needed. */
  readonly reasonNeeded: string | null
}

/** What going back would do, without doing it. Refused where going back is. */
export async function rollbackPlans(
  { store, time }: Parts,
  { place, version }: { readonly place: NamedPlace; readonly version: string | null },
  planOf: (draft: Deployment) => Promise<WholePlan>,
): Promise<readonly RollbackPlan[]> {
  const plans: RollbackPlan[] = []
  for (const [track, release] of rollbackTargets(store, place, version)) {
    const draft = { ...draftDeployment({ track, release, at: time.now() }), reason: 'rollback' } as const
    const [warnings, reasonNeeded] = [warningsFor(store, track, release), whyReason(store, track, release)]
    plans.push({ answer: await planOf(draft), warnings, reasonNeeded })
  }
  return plans
}
