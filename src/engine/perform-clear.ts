import type { ClearCommand } from '../domain/command.ts'
import type { StopOrder } from '../targets/driver.ts'
import { onTarget, patientStop } from './instances.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'

const callMs = 30_000

/** Nothing of the track is left: no visitors, no host names, no instances, no unpacked releases. Its shared folders stay. */
export async function performClear(
  parts: Parts,
  { track, app, environment, target, deployment, release }: ClearCommand,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const driver = parts.driver(target)
  const order = { track, number }
  const limited = <T>(limitMs: number, call: (own: AbortSignal) => Promise<T>) =>
    withLimit({ clock: parts.clock, limitMs, what: driver.name, signal }, call)
  const nowhere = { hosts: [], port: null, instances: [], deployment, environment, release: onTarget(app, release) }
  await limited(callMs, (own) => driver.route(nowhere, order, own))
  const { instances } = await limited(callMs, (own) => driver.observe(track, own))
  const stops: readonly StopOrder[] = instances.map(({ name }) => ({ name, stop: patientStop }))
  if (stops.length > 0) {
    await limited(patientStop.drainMs + callMs, (own) => driver.drain(stops, order, own))
    await limited(patientStop.graceMs + callMs, (own) => driver.remove(stops, order, own))
  }
  await limited(callMs, (own) => driver.keep(track, [], order, own))
}
