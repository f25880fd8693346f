import type { Instance } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { InstanceDriver, InstanceSpec, Order } from '../targets/driver.ts'
import type { DeploymentContext } from './context.ts'
import { type Aim, instanceSpecs, isSingleton, maskedFault, patientStop, routingOf } from './instances.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'

export interface Placing {
  readonly parts: Parts
  readonly context: DeploymentContext
  readonly aim: Aim
  readonly driver: InstanceDriver
  readonly order: Order
  readonly signal: AbortSignal
}

/** What a call on a target takes. */
export type Calling = Pick<Placing, 'parts' | 'driver' | 'order' | 'signal'>

export interface RouteTo {
  /** Who is to get visitors now. */
  readonly instances: readonly Instance[]
  /** Everyone the deployment brings or takes away. */
  readonly all: readonly Instance[]
  /** The deployment whose instances must be fit: one of them that is not is a failure. Null: nobody has to be. */
  readonly must: string | null
}

export const callMs = 30_000
export const prepareMs = 300_000

/** Makes these instances run and waits until they are healthy. Waiting for health is the target's; the limit only catches one that never answers. */
export async function placeAll(work: Placing, instances: readonly Instance[]): Promise<void> {
  const { parts, driver, order, context } = work
  await removeRivals(work, instances)
  const specs = await instanceSpecs(parts, context, instances)
  // What is to be placed again after a failure may need another release unpacked than the one that goes out.
  for (const release of distinctReleases(specs)) {
    await limited(work, prepareMs, (signal) => driver.prepare(release, order, signal))
  }
  const startMs = Math.max(0, ...specs.map(({ health }) => health.startPeriodMs + health.timeoutMs * health.passes))
  try {
    await limited(work, startMs + callMs, (signal) => driver.place(specs, order, signal))
  } catch (error) {
    // Its evidence holds what the app printed, and an app may print anything it was given.
    throw error instanceof Fault ? await maskedFault(parts, { context, instances }, error) : error
  }
}

/** Puts the release of these under the processes that run by their names, and waits until it answers. */
export async function reloadAll(work: Placing, instances: readonly Instance[]): Promise<void> {
  const { parts, driver, order, context } = work
  const specs = await instanceSpecs(parts, context, instances)
  for (const release of distinctReleases(specs)) {
    await limited(work, prepareMs, (signal) => driver.prepare(release, order, signal))
  }
  const takesMs = Math.max(0, ...specs.map(({ health, stop }) => health.startPeriodMs + stop.drainMs))
  try {
    await limited(work, takesMs + callMs, (signal) => driver.reload(specs, order, signal))
  } catch (error) {
    throw error instanceof Fault ? await maskedFault(parts, { context, instances }, error) : error
  }
}

/**
 * A singleton is never two: whatever else runs of it here, such as what a deployment left that could not go back, is
 * gone before it starts. Looked up, and not remembered.
 */
async function removeRivals(work: Placing, instances: readonly Instance[]): Promise<void> {
  const { parts, context, driver, order } = work
  const processes = instances.filter((each) => isSingleton(parts, context, each)).map(({ process }) => process)
  if (processes.length === 0) return
  const seen = await limited(work, callMs, (signal) => driver.observe(order.track, signal))
  const rivals = seen.instances
    .filter((each) => processes.includes(each.process) && !instances.some(({ name }) => name === each.name))
    .map(({ name }) => name)
  if (rivals.length === 0) return
  if (seen.routed.some((name) => rivals.includes(name))) {
    await route(
      work,
      seen.routed.filter((name) => !rivals.includes(name)),
    )
  }
  await takeAway(work, rivals)
}

/** Instances that get no visitors any more: in-flight zero, then gone. */
export async function takeAway(work: Calling, names: readonly string[]): Promise<void> {
  const { driver, order } = work
  const stops = names.map((name) => ({ name, stop: patientStop }))
  await limited(work, patientStop.drainMs + callMs, (signal) => driver.drain(stops, order, signal))
  await limited(work, patientStop.graceMs + callMs, (signal) => driver.remove(stops, order, signal))
}

/**
 * Sends visitors to these. An older instance that is not there, or not fit for them, does not keep the new ones from
 * getting any; whoever serves in its place goes on until it is replaced. Tells whether all of them get some now.
 */
export async function routeTo(work: Placing, wanted: RouteTo): Promise<boolean> {
  const names = wanted.instances.map(({ name }) => name)
  try {
    await route(work, names)
    return true
  } catch (error) {
    if (!(error instanceof Fault) || error.temporary) throw error
    const { fit, standIns } = await whoIsFit(work, wanted)
    if (fit.length === names.length) throw error
    await route(work, [...fit, ...standIns])
    return false
  }
}

function route(work: Placing, names: readonly string[]): Promise<void> {
  const { parts, context, aim, driver, order } = work
  const routing = { ...routingOf(parts, context, aim), instances: names }
  return limited(work, callMs, (signal) => driver.route(routing, order, signal))
}

/** Who must be fit stays in the list. Whoever stands in for the others is to stay as long as they would. */
async function whoIsFit({ driver, order, ...work }: Placing, { instances, all, must }: RouteTo) {
  const seen = await limited({ ...work, driver }, callMs, (signal) => driver.observe(order.track, signal))
  const isFit = ({ name, deployment }: Instance) =>
    deployment === must ||
    seen.instances.some((each) => each.name === name && (each.state === 'healthy' || seen.routed.includes(name)))
  const fit = instances.filter(isFit).map(({ name }) => name)
  const others = seen.routed.filter((name) => !isAmong(instances, name))
  const [leaving, staying] = [others.filter((name) => isAmong(all, name)), others.filter((name) => !isAmong(all, name))]
  return { fit, standIns: [...staying, ...leaving].slice(0, instances.length - fit.length) }
}

function isAmong(instances: readonly Instance[], wanted: string): boolean {
  return instances.some(({ name }) => name === wanted)
}

export function limited<T>(
  { parts, driver, signal }: Omit<Calling, 'order'>,
  limitMs: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withLimit({ clock: parts.clock, limitMs, what: driver.name, signal }, call)
}

function distinctReleases(specs: readonly InstanceSpec[]) {
  return [...new Map(specs.map(({ release }) => [release.digest, release])).values()]
}
