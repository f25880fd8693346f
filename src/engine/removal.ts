import { hasValue, isNeeded, waiverFor } from '../domain/contract.ts'
import type { ReleaseRef } from '../domain/release.ts'
import type { Track } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { bindingOf } from './variables.ts'

/** How far back on each track a release stays a place to go back to. */
export const rollbackDepth = 3

export interface Removal {
  readonly project: string
  readonly environment: string
  readonly names: readonly string[]
  readonly now: number
}

/** Fault `variable.not_set` for a name that nobody has set here. */
export function mustBeSet(store: Store, { project, environment, names }: Omit<Removal, 'now'>): void {
  const set = store.variables.at(project, environment, store.variables.version(project, environment))
  const missing = names.filter((name) => !set.some((each) => each.name === name))
  if (missing.length > 0)
    throw new Fault('variable.not_set', { details: { names: missing.join(', '), project, environment } })
}

/**
 * Fault `variable.needed` while what runs here, is on its way here or may be gone back to requires one of them; unless a waiver
 * says that the environment may be without.
 */
export function mustBeRemovable(store: Store, { project, environment, names, now }: Removal): void {
  const waivers = store.waivers.list(project)
  const tracks = store.tracks.list(project).filter((track) => track.environment === environment)
  for (const name of names) {
    if (waiverFor({ waivers, now }, environment, name) !== null) continue
    const needed = tracks.flatMap((track) =>
      usesOf(store, track)
        .filter(({ release }) => requires(store, track, { release, name }))
        .map(({ release, as }) => `${track.app} ${release.version}, which ${as}`),
    )
    if (needed.length > 0) {
      throw new Fault('variable.needed', { details: { name, environment, needed: needed.join('; ') } })
    }
  }
}

interface Use {
  readonly release: ReleaseRef
  readonly as: string
}

/** Each release once, for the first reason. */
function usesOf(store: Store, track: Track): readonly Use[] {
  const coming = store.deployments.open(track.id).map(({ id, release }) => ({ release, as: `is to come with ${id}` }))
  const live = track.live === null ? [] : [{ release: track.live.release, as: 'is live' }]
  const all: readonly Use[] = [...live, ...coming, ...waysBack(store, track)]
  return all.filter(({ release }, index) => all.findIndex((each) => each.release.id === release.id) === index)
}

/** Where people may go back, and would get the variables of that day. */
function waysBack(store: Store, track: Track): readonly Use[] {
  const policies = store.runs
    .newestSpec(track.project)
    ?.environments.find(({ name }) => name === track.environment)?.policies
  if (policies?.rollback !== 'allowed' || bindingOf(store, track) === 'revision') return []
  return store.deployments
    .releasesSucceeded(track.id, rollbackDepth)
    .map((id) => store.releases.get(id))
    .filter((release) => release !== null && release.discardedAt === null)
    .map((release) => ({ release: release as ReleaseRef, as: 'may be gone back to' }))
}

function requires(store: Store, track: Track, { release, name }: { release: ReleaseRef; name: string }): boolean {
  const spec = store.runs.spec(track.project, release.commit)
  const environment = spec?.environments.find((each) => each.name === track.environment)
  const variable = spec?.apps.find((each) => each.name === track.app)?.variables.find((each) => each.name === name)
  if (environment === undefined || variable === undefined) return false
  return isNeeded(variable) && !hasValue(environment, name)
}
