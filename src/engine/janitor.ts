import { isActive } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { discardable } from '../domain/retention.ts'
import type { Store } from '../store/store.ts'
import type { Parts } from './parts.ts'
import { rollbackDepth } from './removal.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

const dayMs = 86_400_000
/** How long it can be looked up what became of a notice. */
const noticesKeptMs = 90 * dayMs
/** How long it can be looked up what visitors got while a deployment moved; its verdict stays. */
const samplesKeptMs = 90 * dayMs
/** How long it can be looked up what each lap took; what a run took in all stays. */
const lapsKeptMs = 90 * dayMs
/** What is good for nothing any more by then: sessions, links, and the waits after wrong passwords. */
const signInsKeptMs = 30 * dayMs

/** What is done in one go: nobody waits longer than that takes for what they ask meanwhile. */
const pieceSize = 50
const rowsAtOnce = 1_000

/** Throws away archives nobody needs: not among the newest, not live, not on their way, not a place to go back to. */
export async function clean(parts: Parts, after: AfterCommit, signal: AbortSignal): Promise<void> {
  const pause = () => parts.clock.sleep(pauseMs)
  const inPieces = async (work: () => boolean) => {
    while (!signal.aborted && work()) await pause()
  }
  for (const project of parts.store.projects.list().map(({ name }) => name)) {
    for (const app of parts.store.releases.apps(project)) {
      if (signal.aborted) return
      await inPieces(() => transact(parts, after, (tx) => discardSome(tx, project, app)))
      await pause()
    }
  }
  const { deliveries, trafficSamples, energies, sessions, invitations, tries, challenges } = parts.store
  const now = parts.time.now()
  await inPieces(() => deliveries.forget(now - noticesKeptMs, rowsAtOnce) === rowsAtOnce)
  await inPieces(() => trafficSamples.forget(now - samplesKeptMs, rowsAtOnce) === rowsAtOnce)
  await inPieces(() => energies.forget(now - lapsKeptMs, rowsAtOnce) === rowsAtOnce)
  for (const each of [sessions, invitations, tries, challenges]) each.forget(now - signInsKeptMs)
  await removeArchives(parts, signal)
}

const pauseMs = 1

/** Whether there is more of it. What is needed is asked each time: it may have become so since the last one. */
function discardSome({ parts: { store, settings }, at, fact }: Tx, project: string, app: string): boolean {
  const spec = store.runs.newestSpec(project)?.apps.find(({ name }) => name === app)
  const keep = spec?.keepReleases ?? settings.keepReleases
  const all = discardable({
    releases: store.releases.kept(project, app),
    needed: neededReleases(store, project, app),
    keep,
  })
  for (const id of all.slice(0, pieceSize)) {
    store.releases.discard(id, at)
    fact({ kind: 'release.discarded', project, subject: id, by: self, data: { app } })
  }
  return all.length > pieceSize
}

function neededReleases(store: Store, project: string, app: string): ReadonlySet<string> {
  const needed = new Set<string>()
  for (const track of store.tracks.list(project).filter((each) => each.app === app)) {
    if (track.live !== null) needed.add(track.live.release.id)
    for (const release of store.deployments.releasesSucceeded(track.id, rollbackDepth)) needed.add(release)
    for (const { release } of store.deployments.open(track.id)) needed.add(release.id)
  }
  // A run that has not ended has not sent its releases anywhere yet.
  for (const run of store.runs.unfinished().filter((each) => each.project === project))
    for (const { id } of store.releases.ofCommitAll(project, run.commit)) needed.add(id)
  return needed
}

/** A build that is being stored right now is not a release yet, so nothing goes while one is under way. */
async function removeArchives({ store, artifacts }: Parts, signal: AbortSignal): Promise<void> {
  for (const digest of await artifacts.list()) {
    if (signal.aborted) return
    if (!isNeeded(store, digest)) await artifacts.remove(digest)
  }
}

/** Asked anew for each archive: a release may have been built while the one before was being deleted. */
function isNeeded(store: Store, digest: string): boolean {
  return (
    store.releases.isInUse(digest) ||
    store.runs.unfinished().some(({ jobs }) => jobs.some(({ kind, state }) => kind === 'build' && state === 'ready'))
  )
}

/** Unpacked releases a track's target still needs. */
export function digestsNeeded(store: Store, track: string): readonly string[] {
  const live = store.tracks.get(track)?.live
  const open = store.deployments.open(track).filter(isActive)
  const back = store.deployments.releasesSucceeded(track, rollbackDepth).map((id) => store.releases.get(id)?.digest)
  const digests = [live?.release.digest, ...open.map(({ release }) => release.digest), ...back]
  return [...new Set(digests.filter((digest) => digest !== undefined))]
}
