import type { Relation } from '../domain/ancestry.ts'
import { matchesPaths } from '../domain/glob.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import type { RefChange } from '../domain/trigger.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Commit } from '../sources/source.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Parts } from './parts.ts'
import { relationsToLive } from './relations.ts'

export const configFile = 'signalbox.yml'
const maxConfigBytes = 1024 * 1024

/** Everything about a commit that takes waiting. */
export interface Reading {
  readonly commit: Commit
  readonly spec: ProjectSpec | null
  /** Null: there is no signalbox.yml at all. */
  readonly problems: readonly string[] | null
  /** Null = every path counts. */
  readonly changed: readonly string[] | null
  /** Apps of which something is in no release yet. */
  readonly behind: readonly string[]
  /** How it stands to what is live, by the live commit. */
  readonly relations: ReadonlyMap<string, Relation>
}

/** A ref that stands for a commit now. */
export type Arrival = RefChange & { readonly project: string; readonly after: string }

export async function readCommit(parts: Parts, arrival: Arrival): Promise<Reading> {
  const { project, after: sha } = arrival
  const commit = await parts.source.commit(project, sha)
  const [said, changed, relations] = await Promise.all([
    configurationAt(parts, project, sha),
    changedBy(parts, arrival, commit),
    relationsToLive(parts, project, sha),
  ])
  return { commit, ...said, changed, behind: await appsBehind(parts, arrival, said.spec), relations }
}

/** What signalbox.yml says at a commit. */
export async function configurationAt(
  { source, parse }: Parts,
  project: string,
  sha: string,
): Promise<Pick<Reading, 'spec' | 'problems'>> {
  try {
    const [text, procfile] = await Promise.all([
      source.file(project, sha, configFile, maxConfigBytes),
      source.file(project, sha, 'Procfile', maxConfigBytes),
    ])
    return text === null ? { spec: null, problems: null } : parse(text, procfile)
  } catch (error) {
    // A file that is a link, or too large: the commit's doing, and so its run's end.
    if (!(error instanceof Fault) || error.code !== 'config.unreadable') throw error
    return { spec: null, problems: [messageOf(error)] }
  }
}

/**
 * Against what the branch had before; against the parent for a new branch. In a new project, and when a commit is gone,
 * all paths count.
 */
async function changedBy(parts: Parts, arrival: Arrival, commit: Commit): Promise<readonly string[] | null> {
  try {
    const before = arrival.before ?? baseOf(parts, arrival.project, commit)
    return await parts.source.changedPaths(arrival.project, before, commit.sha)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return null
  }
}

function baseOf({ store }: Parts, project: string, { parents }: Commit): string | null {
  const isNew = store.runs.newestSpec(project) === null
  return isNew ? null : (parents[0] ?? null)
}

/** Apps without a release, and those that were changed by a commit that got none: its checks failed, say. */
async function appsBehind(parts: Parts, arrival: Arrival, spec: ProjectSpec | null): Promise<readonly string[]> {
  const behind: string[] = []
  for (const { name, paths } of spec?.apps ?? []) {
    const [newest] = parts.store.releases.list(arrival.project, name, 1)
    if (newest === undefined || (await hasLeft(parts, newest, { ...arrival, paths }))) behind.push(name)
  }
  return behind
}

type Left = Arrival & { readonly paths: readonly string[] }

/** A release from another branch says nothing about this one. */
async function hasLeft({ source }: Parts, newest: StoredRelease, { before, after, paths }: Left): Promise<boolean> {
  if (paths.length === 0 || newest.commit === before) return false
  try {
    if (!(await source.isAncestor(newest.project, newest.commit, after))) return false
    return matchesPaths(paths, await source.changedPaths(newest.project, newest.commit, after))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return true // When a commit is gone, everything counts.
  }
}
