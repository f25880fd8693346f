import type { Deployment } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { type Demand, demandsOn, type Safeguards, safeguardsOf, weakens } from '../domain/safeguards.ts'
import type { Track } from '../domain/track.ts'
import type { Store } from '../store/store.ts'
import { contextOf, type DeploymentContext } from './context.ts'
import type { Tx } from './tx.ts'

/** Whose yes a deployment takes: what its own configuration asks, and what it would take away. */
export function demandsFor(store: Store, { track, environment }: DeploymentContext): readonly Demand[] {
  const { project } = track
  return demandsOn(environment, [
    ...store.safeguards.list(project),
    ...store.safeguards.ofHosts(project, environment.hosts),
  ])
}

/** Who pushed the commit that is to come: whatever sends it, a timer or somebody else, it stays their own. */
export function pushersOf(
  store: Store,
  { project, release }: Pick<Deployment, 'project' | 'release'>,
): readonly string[] {
  const pushed = store.events.ofCommit(project, release.commit).filter(({ source }) => source === 'push')
  return [...new Set(pushed.map(({ by }) => by))]
}

/**
 * A release is asked for. Where nothing was ever asked for, what it says is in force from now on, so that the very first yes cannot
 * be pushed away; until one has succeeded there, what only makes it stricter is too.
 */
export function noteAsked(tx: Tx, { track, environment }: DeploymentContext): void {
  const { store } = tx.parts
  const { project } = track
  const known = store.safeguards.get(project, environment.name)
  if (known !== null && known.deployment !== null) return
  const asked = safeguardsOf(environment)
  const before = known?.safeguards ?? ofWhatIsLive(store, track)
  const safeguards = before === null || weakens(before, asked).length === 0 ? asked : before
  store.safeguards.set(project, { environment: environment.name, safeguards, deployment: null, since: tx.at })
}

/**
 * A release has been promoted with success, so by the yes of everybody who had to be asked: what it says is in force from
 * now on. A way back takes the code back, never the safeguards. What came into force after it had begun was not asked about, so it
 * stays as far as it is stricter.
 */
export function noteSucceeded(tx: Tx, deployment: Deployment): void {
  const { store } = tx.parts
  const { track, environment } = contextOf(store, deployment)
  const { project } = track
  const known = store.safeguards.get(project, environment.name)
  const safeguards = safeguardsOf(environment)
  const weakened = known === null ? [] : weakens(known.safeguards, safeguards)
  if (known !== null && weakened.length > 0 && known.since > (deployment.startedAt ?? 0)) return
  if (known?.deployment != null && isSame(known.safeguards, safeguards)) return
  store.safeguards.set(project, { environment: environment.name, safeguards, deployment: deployment.id, since: tx.at })
  if (known !== null && isSame(known.safeguards, safeguards)) return
  tx.fact({
    kind: 'environment.safeguards_changed',
    project,
    subject: `${project}/${environment.name}`,
    by: self,
    data: { deployment: deployment.id, weakened, safeguards },
  })
}

/** A store from before safeguards were kept has none where something runs already. */
function ofWhatIsLive(store: Store, { project, environment }: Track): Safeguards | null {
  const live = store.tracks.list(project).find((each) => each.environment === environment && each.live !== null)?.live
  const spec = live == null ? null : store.runs.spec(project, live.release.commit)
  const found = spec?.environments.find(({ name }) => name === environment)
  return found === undefined ? null : safeguardsOf(found)
}

function isSame(one: Safeguards, other: Safeguards): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
