import { describeDrift, driftOf, hasDrift } from '../domain/reconcile.ts'
import { isRouted } from '../domain/rollout.ts'
import type { Live, Track } from '../domain/track.ts'
import type { InstanceDriver } from '../targets/driver.ts'
import type { DeploymentContext } from './context.ts'
import { contextOf } from './context.ts'
import { instanceSpecs, onTarget, patientStop, routingOf } from './instances.ts'
import { digestsNeeded } from './janitor.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'

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
  const track = parts.store.tracks.get(id)
  const live = track?.live
  if (track === null || live === null || live === undefined) return null
  const context = contextOf(parts.store, { track: id, release: live.release })
  const driver = parts.driver(context.environment.target)
  const limit = (limitMs: number) => ({ clock: parts.clock, limitMs, what: driver.name, signal })
  const seen = await withLimit(limit(lookMs), (own) => driver.observe(id, own))
  parts.store.tracks.setObserved(id, { ...seen })
  const drift = driftOf(live, seen)
  if (!hasDrift(drift)) {
    // A quiet moment: releases nobody would go back to need not stay unpacked.
    const order = { track: id, number }
    await withLimit(limit(lookMs), (own) => driver.keep(id, digestsNeeded(parts.store, id), order, own))
    return null
  }
  await withLimit(limit(convergeMs), (own) =>
    restore({ parts, context, driver, live, track, number, signal: own }, drift.extra),
  )
  return describeDrift(drift)
}

interface Restore {
  readonly parts: Parts
  readonly context: DeploymentContext
  readonly driver: InstanceDriver
  readonly live: Live
  readonly track: Track
  readonly number: number
  readonly signal: AbortSignal
}

/** In the order that never takes a visitor's server away: bring back, route, and only then remove. */
async function restore(work: Restore, extra: readonly string[]): Promise<void> {
  const { parts, context, driver, live, track, number, signal } = work
  const order = { track: track.id, number }
  await driver.prepare(onTarget(context.app.name, live.release), order, signal)
  await driver.place(await instanceSpecs(parts, context, live.instances), order, signal)
  const routed = live.instances.filter(isRouted)
  await driver.route(routingOf(context, live, routed), order, signal)
  if (extra.length === 0) return
  const stops = extra.map((name) => ({ name, stop: patientStop }))
  await driver.drain(stops, order, signal)
  await driver.remove(stops, order, signal)
}
