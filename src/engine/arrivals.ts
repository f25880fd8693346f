import { acceptedTimes, revertedIn } from '../domain/arrival.ts'
import type { SourceTask } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { matchesPaths } from '../domain/glob.ts'
import { Fault } from '../lib/fault.ts'
import type { LogEntry } from '../sources/source.ts'
import { trackOf } from './context.ts'
import type { Parts } from './parts.ts'
import type { RecordResult } from './perform-source.ts'
import type { Tx } from './tx.ts'

/** Of one deployment, from the newest on. */
const mostCommits = 500

/** Another commit is about to be what is live: which ones came with it is asked for, and kept for the numbers over time. */
export function askForArrivals(tx: Tx, { id, project, track }: Deployment, commit: string): void {
  const from = tx.parts.store.tracks.get(track)?.live?.release.commit ?? null
  if (from === commit) return
  const lane = `arrivals:${id}`
  tx.command({ id: lane, project, lane }, { do: 'source', project, task: { kind: 'arrivals', deployment: id, from } })
}

/** What has always been there did not arrive: where nothing was live before, only the newest commit counts. */
export async function readArrivals(
  parts: Parts,
  { deployment: id, from }: SourceTask & { readonly kind: 'arrivals' },
): Promise<RecordResult> {
  const deployment = parts.store.deployments.get(id)
  if (deployment === null) return () => {}
  const commits = (await commitsBrought(parts, deployment, from)).filter(touching(parts, deployment))
  const liveAt = deployment.finishedAt ?? parts.time.now()
  return ({ parts: { store } }) => {
    const { project, track } = deployment
    if (store.projects.get(project) === null) return
    const pushes = store.events.firstTimes(
      project,
      commits.map(({ sha }) => sha),
    )
    for (const [commit, acceptedAt] of acceptedTimes(commits, pushes)) {
      const body = commits.find(({ sha }) => sha === commit)?.body ?? ''
      store.arrivals.add({ project, track, deployment: id }, { commit, acceptedAt, liveAt, reverts: revertedIn(body) })
    }
  }
}

/** None, when what was live, or what is, has been taken out of the history. */
async function commitsBrought(
  { source }: Parts,
  { project, release }: Deployment,
  from: string | null,
): Promise<readonly LogEntry[]> {
  try {
    return await source.between(project, from, release.commit, from === null ? 1 : mostCommits)
  } catch (error) {
    if (error instanceof Fault && error.code === 'commit.missing') return []
    throw error
  }
}

/** Whether a commit is one of this app at all. */
function touching({ store }: Parts, { project, track, release }: Deployment): (entry: LogEntry) => boolean {
  const app = trackOf(store, track).app
  const paths = store.runs.spec(project, release.commit)?.apps.find(({ name }) => name === app)?.paths ?? []
  return (entry) => paths.length === 0 || matchesPaths(paths, entry.paths)
}
