import type { Relation } from '../domain/ancestry.ts'
import type { Deployment } from '../domain/deployment.ts'
import { Fault } from '../lib/fault.ts'
import type { Source } from '../sources/source.ts'
import type { CommitPair } from '../store/relations.ts'
import type { Parts } from './parts.ts'
import { lookAtQueues } from './queues.ts'
import type { Tx } from './tx.ts'

/** Has git asked how a deployment's commit stands to what is live, when nobody knows yet and it matters. */
export function lookUpRelation(tx: Tx, { project, track, release, reason }: Deployment): void {
  const { store } = tx.parts
  const live = store.tracks.get(track)?.live
  if (reason !== 'promote' || live === null || live === undefined) return
  const pair = { project, commit: release.commit, other: live.release.commit }
  if (store.relations.get(pair) !== null) return
  const lane = `relation:${project}/${pair.commit}/${pair.other}`
  if (store.outbox.ofLane(lane).length > 0) return
  const task = { kind: 'relation', commit: pair.commit, other: pair.other } as const
  tx.command({ id: lane, project, lane }, { do: 'source', project, task })
}

/** Those who wait for the answer are asked again. */
export function recordRelation(tx: Tx, pair: CommitPair, relation: Relation): void {
  if (tx.parts.store.projects.get(pair.project) === null) return
  tx.parts.store.relations.set(pair, relation)
  lookAtQueues(tx)
}

export async function relationOf(source: Source, { project, commit, other }: CommitPair): Promise<Relation> {
  if (commit === other) return 'same'
  try {
    if (await source.isAncestor(project, other, commit)) return 'newer'
    return (await source.isAncestor(project, commit, other)) ? 'older' : 'apart'
  } catch (error) {
    if (error instanceof Fault && error.code === 'commit.missing') return 'unknown'
    throw error
  }
}

/**
 * How a commit stands to everything that is live in its project, while it is read: so it is known before its release is built.
 * What git cannot say now is asked again when it matters.
 */
export async function relationsToLive(
  { store, source }: Parts,
  project: string,
  commit: string,
): Promise<ReadonlyMap<string, Relation>> {
  const live = store.tracks.list(project).flatMap((track) => track.live?.release.commit ?? [])
  const found = new Map<string, Relation>()
  for (const other of new Set(live)) {
    try {
      found.set(other, await relationOf(source, { project, commit, other }))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
  return found
}
