import type { Deployment } from '../domain/deployment.ts'
import type { Survey } from '../domain/migrations.ts'
import type { Store } from '../store/store.ts'

/** What was found last for a deployment's release; that nobody has looked is nothing found, and not an empty list. */
export function surveyFor(store: Store, { track, release }: Pick<Deployment, 'track' | 'release'>): Survey {
  return store.surveys.newest(track, release.id)?.found ?? { pending: null, problem: 'nobody has looked' }
}
