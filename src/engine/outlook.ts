import { type Change, changeOf } from '../domain/change.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type Expected, expectedFrom } from '../domain/durations.ts'
import { matchesPaths } from '../domain/glob.ts'
import type { Demand } from '../domain/safeguards.ts'
import { Fault } from '../lib/fault.ts'
import type { LogEntry } from '../sources/source.ts'
import { contextOf, type DeploymentContext } from './context.ts'
import type { Parts } from './parts.ts'
import { demandsFor } from './safeguards.ts'

/**
 * What stands beside a plan and is not hashed with it: what follows from the commits in the plan, or moves by itself
 * without anything else being done.
 */
export interface Outlook {
  /** What visitors get that they have not now, newest first. */
  readonly comes: readonly Change[]
  /** What they have now and lose: on a way back, or when history was rewritten. */
  readonly goes: readonly Change[]
  /** There are more of one or the other than are told. */
  readonly isMore: boolean
  /** Why the commits cannot be told, if they cannot. */
  readonly unknown: string | null
  readonly expected: Expected
  readonly demands: readonly Demand[]
}

const mostChanges = 100
const mostPast = 20

export async function outlookOn(parts: Parts, deployment: Deployment): Promise<Outlook> {
  const { store } = parts
  const context = contextOf(store, deployment)
  const past = store.deployments
    .list(deployment.track, mostPast * 3)
    .filter(({ reason }) => reason === deployment.reason)
  const changes = await changesFor(parts, deployment, context)
  return { ...changes, expected: expectedFrom(past.slice(0, mostPast)), demands: demandsFor(store, context) }
}

type Changes = Pick<Outlook, 'comes' | 'goes' | 'isMore' | 'unknown'>

/** A commit that a force-push took away is missing in git, and no reason to show no plan. */
async function changesFor({ source }: Parts, { release }: Deployment, context: DeploymentContext): Promise<Changes> {
  const { track, app } = context
  const from = track.live?.release.commit ?? null
  if (from === release.commit) return { comes: [], goes: [], isMore: false, unknown: null }
  const log = (since: string | null, to: string) => source.log(track.project, since, to, mostChanges + 1)
  try {
    const comes = await log(from, release.commit)
    const goes = from === null ? [] : await log(release.commit, from)
    const isMore = comes.length > mostChanges || goes.length > mostChanges
    const told = (all: readonly LogEntry[]) => all.slice(0, mostChanges).filter(concerns(app.paths)).map(changeOf)
    return { comes: told(comes), goes: told(goes), isMore, unknown: null }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { comes: [], goes: [], isMore: false, unknown: error.message }
  }
}

/** Of several apps in a repository only what touches this one; a merge is told whatever it touches. */
function concerns(paths: readonly string[]): (entry: LogEntry) => boolean {
  return (entry) => paths.length === 0 || entry.paths.length === 0 || matchesPaths(paths, entry.paths)
}
