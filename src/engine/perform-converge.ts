import { describeDrift, driftOf, hasDrift } from '../domain/reconcile.ts'
import { isRouted } from '../domain/rollout.ts'
import type { Live } from '../domain/track.ts'
import type { InstanceDriver, StopOrder } from '../targets/driver.ts'
import type { DeploymentContext } from './context.ts'
import { contextOf, trackOf } from './context.ts'
import { isConfigured } from './find.ts'
import { type Aim, patientStop, routingOf } from './instances.ts'
import { digestsNeeded } from './janitor.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'
import { placeAll } from './place.ts'

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
  const wanted = wantedOn(parts, id)
  if (wanted === null) return null
  const context = contextOf(parts.store, { track: id, release: wanted.release })
  const driver = parts.driver(context.environment.target)
  const limit = (limitMs: number) => ({ clock: parts.clock, limitMs, what: driver.name, signal })
  const seen = await withLimit(limit(lookMs), (own) => driver.observe(id, own))
  parts.store.tracks.setObserved(id, { ...seen })
  const drift = driftOf(context.track.live, seen)
  if (!hasDrift(drift)) {
    // A quiet moment: releases nobody would go back to need not stay unpacked.
    const order = { track: id, number }
    await withLimit(limit(lookMs), (own) => driver.keep(id, digestsNeeded(parts.store, id), order, own))
    return null
  }
  await withLimit(limit(convergeMs), (own) =>
    restore({ parts, context, driver, wanted, number, signal: own }, strangers(drift.extra, seen.routed)),
  )
  return describeDrift(drift)
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

interface Restore {
  readonly parts: Parts
  readonly context: DeploymentContext
  readonly driver: InstanceDriver
  readonly wanted: Wanted
  readonly number: number
  readonly signal: AbortSignal
}

interface Strangers {
  readonly withVisitors: readonly StopOrder[]
  readonly others: readonly StopOrder[]
}

function strangers(names: readonly string[], routed: readonly string[]): Strangers {
  const orders = names.map((name) => ({ name, stop: patientStop }))
  return {
    withVisitors: orders.filter(({ name }) => routed.includes(name)),
    others: orders.filter(({ name }) => !routed.includes(name)),
  }
}

/**
 * What has no visitors goes first, because it may be another copy of what must never run twice. What has some goes last:
 * nobody's server is taken away before there is another.
 */
async function restore(work: Restore, { withVisitors, others }: Strangers): Promise<void> {
  const { parts, context, driver, wanted, number, signal } = work
  const order = { track: context.track.id, number }
  const { instances } = wanted
  if (others.length > 0) await driver.remove(others, order, signal)
  if (instances.length > 0) await placeAll({ parts, context, aim: wanted, driver, order, signal }, instances)
  await driver.route(routingOf(context, wanted, instances.filter(isRouted)), order, signal)
  if (withVisitors.length === 0) return
  await driver.drain(withVisitors, order, signal)
  await driver.remove(withVisitors, order, signal)
}
