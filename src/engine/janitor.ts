import { isActive } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { discardable } from '../domain/retention.ts'
import type { Store } from '../store/store.ts'
import type { Parts } from './parts.ts'
import { rollbackDepth } from './removal.ts'
import { type AfterCommit, transact } from './transact.ts'

const dayMs = 86_400_000
/** How long it can be looked up what became of a notice. */
const noticesKeptMs = 90 * dayMs
/** How long it can be looked up what visitors got while a deployment moved; its verdict stays. */
const samplesKeptMs = 90 * dayMs
/** What is good for nothing any more by then: sessions, links, and the waits after wrong passwords. */
const signInsKeptMs = 30 * dayMs

/** Throws away archives nobody needs: not among the newest, not live, not on their way, not a place to go back to. */
export async function clean(parts: Parts, after: AfterCommit): Promise<void> {
  const { store, artifacts, settings } = parts
  transact(parts, after, (tx) => {
    const needed = neededReleases(store)
    for (const { project, app, keep = settings.keepReleases } of apps(store)) {
      const releases = store.releases.list(project, app, 100_000).filter(({ discardedAt }) => discardedAt === null)
      for (const id of discardable({ releases, needed, keep })) {
        store.releases.discard(id, tx.at)
        tx.fact({ kind: 'release.discarded', project, subject: id, by: self, data: { app } })
      }
    }
  })
  store.deliveries.forget(parts.time.now() - noticesKeptMs)
  store.trafficSamples.forget(parts.time.now() - samplesKeptMs)
  const { sessions, invitations, tries, challenges } = store
  for (const each of [sessions, invitations, tries, challenges]) each.forget(parts.time.now() - signInsKeptMs)
  // A build that is being stored right now is not a release yet, so nothing goes while one is under way.
  for (const digest of await artifacts.list()) {
    if (!isNeeded(store, digest)) await artifacts.remove(digest)
  }
}

/** Asked anew for each archive: a release may have been built while the one before was being deleted. */
function isNeeded(store: Store, digest: string): boolean {
  return (
    store.releases.digestsInUse().has(digest) ||
    store.runs.unfinished().some(({ jobs }) => jobs.some(({ kind, state }) => kind === 'build' && state === 'ready'))
  )
}

function neededReleases(store: Store): ReadonlySet<string> {
  const needed = new Set<string>()
  for (const track of store.tracks.list(null)) {
    if (track.live !== null) needed.add(track.live.release.id)
    for (const release of store.deployments.releasesSucceeded(track.id, rollbackDepth)) needed.add(release)
    for (const { release } of store.deployments.open(track.id)) needed.add(release.id)
  }
  // A run that has not ended has not sent its releases anywhere yet.
  for (const { project, commit } of store.runs.unfinished())
    for (const { id } of store.releases.ofCommitAll(project, commit)) needed.add(id)
  return needed
}

interface Kept {
  readonly project: string
  readonly app: string
  /** How many of the newest, as its configuration says; undefined for an app that is not in it any more. */
  readonly keep: number | undefined
}

function apps(store: Store): readonly Kept[] {
  return store.projects.list().flatMap(({ name }) => {
    const wanted = new Map(store.runs.newestSpec(name)?.apps.map((app) => [app.name, app.keepReleases]))
    const seen = new Set(store.releases.list(name, null, 100_000).map(({ app }) => app))
    return [...seen].map((app) => ({ project: name, app, keep: wanted.get(app) }))
  })
}

/** Unpacked releases a track's target still needs. */
export function digestsNeeded(store: Store, track: string): readonly string[] {
  const live = store.tracks.get(track)?.live
  const open = store.deployments.open(track).filter(isActive)
  const back = store.deployments.releasesSucceeded(track, rollbackDepth).map((id) => store.releases.get(id)?.digest)
  const digests = [live?.release.digest, ...open.map(({ release }) => release.digest), ...back]
  return [...new Set(digests.filter((digest) => digest !== undefined))]
}
