import { describeDrift, driftOf, hasDrift, type Seen } from '../domain/reconcile.ts'
import { isRouted } from '../domain/rollout.ts'
import type { Instance, Live } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import { adopt } from './adopt.ts'
import { contextOf, trackOf } from './context.ts'
import { isConfigured } from './find.ts'
import type { Aim } from './instances.ts'
import { digestsNeeded } from './janitor.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'
import { type Placing, placeAll, reloadAll, routeTo, takeAway } from './place.ts'

const lookMs = 30_000
/** Bringing instances back may take their start period; a look is never allowed to block a track for longer than this. */
const convergeMs = 300_000

/** What was found and done, in words; null when all was as it should be. */
export async function performConverge(
  parts: Parts,
  id: string,
  number: number,
  signal: AbortSignal,
): Promise<string | null> {
  if (parts.store.tracks.isUnsure(id)) await lookFirst(parts, id, signal)
  const wanted = wantedOn(parts, id)
  if (wanted === null) return null
  const context = contextOf(parts.store, { track: id, release: wanted.release })
  const driver = parts.driver(context.environment.target)
  const limit = (limitMs: number) => ({ clock: parts.clock, limitMs, what: driver.name, signal })
  const order = { track: id, number }
  const seen = await withLimit(limit(lookMs), (own) => driver.observe(id, own))
  parts.store.tracks.setObserved(id, { ...seen })
  const drift = driftOf(context.track.live, seen)
  if (!hasDrift(drift)) {
    // A quiet moment: releases nobody would go back to need not stay unpacked.
    await withLimit(limit(lookMs), (own) => driver.keep(id, digestsNeeded(parts.store, id), order, own))
    return null
  }
  await withLimit(limit(convergeMs), (own) =>
    restore({ parts, context, aim: wanted, driver, order, signal: own }, wanted.instances, {
      ...strangers(drift.extra, seen.routed),
      outdated: drift.missing.filter((one) => runsByName(seen, one)),
    }),
  )
  return describeDrift(drift)
}

/** After a restore: nothing is taken away or brought back before it is known what visitors use. */
async function lookFirst(parts: Parts, id: string, signal: AbortSignal): Promise<void> {
  const remembered = wantedOn(parts, id)
  if (remembered === null) return adopt(parts, id, { instances: [], routed: [] })
  const driver = parts.driver(contextOf(parts.store, { track: id, ...remembered }).environment.target)
  const limit = { clock: parts.clock, limitMs: lookMs, what: driver.name, signal }
  adopt(parts, id, await withLimit(limit, (own) => driver.observe(id, own)))
}

/** What is live; where nothing ever was, the newest that was tried, of which nothing is to be left. */
function wantedOn({ store }: Parts, id: string): Wanted | null {
  const track = trackOf(store, id)
  const { live } = track
  if (live !== null) return { ...live, isNowhere: live.instances.length === 0 && !isConfigured(store, track) }
  const [newest] = store.deployments.list(id, 1)
  if (newest === undefined) return null
  return { deployment: newest.id, release: newest.release, instances: [], isNowhere: true }
}

type Wanted = Aim & Pick<Live, 'instances'>

/** A process goes on by its name, with another release: reloading broke off half way, say. */
function runsByName({ instances }: Seen, { name, release }: Instance): boolean {
  return instances.some((each) => each.name === name && each.digest !== release.digest)
}

interface Found extends Strangers {
  readonly outdated: readonly Instance[]
}

interface Strangers {
  readonly withVisitors: readonly string[]
  readonly others: readonly string[]
}

function strangers(names: readonly string[], routed: readonly string[]): Strangers {
  return {
    withVisitors: names.filter((name) => routed.includes(name)),
    others: names.filter((name) => !routed.includes(name)),
  }
}

/**
 * What has no visitors goes first, because it may be another copy of what must never run twice. What has some goes last:
 * nobody's server is taken away before there is another. Both may still be answering somebody.
 */
async function restore(
  work: Placing,
  instances: readonly Instance[],
  { withVisitors, others, outdated }: Found,
): Promise<void> {
  if (others.length > 0) await takeAway(work, others)
  const unwell = instances.length > 0 ? await unwellAfterPlacing(work, instances, outdated) : null
  const isWhole = await routeTo(work, { instances: instances.filter(isRouted), all: instances, must: null })
  if (unwell !== null) throw unwell
  // Whoever gets visitors in place of an instance that is not well goes on.
  if (isWhole && withVisitors.length > 0) await takeAway(work, withVisitors)
}

/** An instance that does not get well must not keep the others from their visitors. */
async function unwellAfterPlacing(
  work: Placing,
  instances: readonly Instance[],
  outdated: readonly Instance[],
): Promise<Fault | null> {
  try {
    if (outdated.length > 0) await reloadAll(work, outdated)
    await placeAll(work, instances)
    return null
  } catch (error) {
    if (error instanceof Fault && isOfInstance(error)) return error
    throw error
  }
}

function isOfInstance({ code }: Fault): boolean {
  return code === 'instance.unhealthy' || code === 'instance.not_reloaded'
}
