import { isActive } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { discardable } from '../domain/retention.ts'
import type { Store } from '../store/store.ts'
import type { Parts } from './parts.ts'
import { type AfterCommit, transact } from './transact.ts'

/** How far back in each environment a release stays a place to go back to. */
const rollbackDepth = 3

/** Throws away archives nobody needs: not among the newest, not live, not on their way, not a place to go back to. */
export async function clean(parts: Parts, after: AfterCommit): Promise<void> {
  const { store, artifacts, settings } = parts
  transact(parts, after, (tx) => {
    const needed = neededReleases(store)
    for (const { project, app } of apps(store)) {
      const releases = store.releases.list(project, app, 100_000).filter(({ discardedAt }) => discardedAt === null)
      for (const id of discardable({ releases, needed, keep: settings.keepReleases })) {
        store.releases.discard(id, tx.at)
        tx.fact({ kind: 'release.discarded', project, subject: id, by: self, data: { app } })
      }
    }
  })
  // A build that is being stored right now is not a release yet, so its archive must be old enough to go.
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
    for (const { release } of store.deployments.succeeded(track.id, rollbackDepth)) needed.add(release.id)
    for (const { release } of store.deployments.open(track.id)) needed.add(release.id)
  }
  return needed
}

function apps(store: Store): readonly { readonly project: string; readonly app: string }[] {
  return store.projects.list().flatMap(({ name }) => {
    const seen = new Set(store.releases.list(name, null, 100_000).map(({ app }) => app))
    return [...seen].map((app) => ({ project: name, app }))
  })
}

/** Unpacked releases a track's target still needs. */
export function digestsNeeded(store: Store, track: string): readonly string[] {
  const live = store.tracks.get(track)?.live
  const open = store.deployments.open(track).filter(isActive)
  const back = store.deployments.succeeded(track, rollbackDepth)
  return [
    ...new Set([...(live ? [live.release.digest] : []), ...[...open, ...back].map(({ release }) => release.digest)]),
  ]
}
