import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import type { Departure, InFlight, Instance } from './instance.ts'
import type { DrainAccount, DrainOrder } from './protocol.ts'
import type { Track } from './track.ts'

/**
 * Waits until each of these instances has nothing in flight, and cuts what is still there when its limit is reached.
 * Limits count from the moment the instance left the routing, so the same order given again changes nothing.
 */
export async function drain(
  order: DrainOrder,
  track: Track | null,
  wait: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly DrainAccount[]> {
  const found = order.instances.map((name) => ({ name, instance: track?.instance(name) ?? null }))
  for (const { instance } of found) assertLeft(instance)
  return await Promise.all(
    found.map(async ({ name, instance }) =>
      instance === null ? neverThere(name) : await drainOne(instance, order, wait),
    ),
  )
}

function neverThere(instance: string): DrainAccount {
  return { instance, inFlight: 0, upgraded: 0, msToZero: 0, cut: 0 }
}

async function drainOne(
  instance: Instance,
  order: DrainOrder,
  wait: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<DrainAccount> {
  const departure = instance.departure ?? instance.depart(wait.clock.monotonic())
  const { limitMs, upgradedLimitMs } = order
  await untilZero(instance, departure.at + Math.min(limitMs, upgradedLimitMs), wait)
  cut(instance, departure, (one) => (one.isTunnel ? upgradedLimitMs <= limitMs : limitMs <= upgradedLimitMs))
  await untilZero(instance, departure.at + Math.max(limitMs, upgradedLimitMs), wait)
  cut(instance, departure, () => true)
  return accountOf(instance, departure)
}

async function untilZero(
  instance: Instance,
  atMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  if (instance.inFlight === 0) return
  const isZero = new AbortController()
  instance.onZero(() => isZero.abort())
  const either = AbortSignal.any([signal, isZero.signal])
  await clock.sleep(Math.max(0, atMs - clock.monotonic()), either).catch((error: unknown) => {
    if (signal.aborted || !isZero.signal.aborted) throw error
  })
  assertLeft(instance)
}

/** Also while waiting: it may be back in the routing. */
function assertLeft(instance: Instance | null): void {
  if (instance?.isRouted) throw new Fault('edge.still_routed', { details: { instance: instance.name } })
}

function cut(instance: Instance, departure: Departure, isDue: (one: InFlight) => boolean): void {
  for (const one of [...instance.active]) {
    if (!isDue(one)) continue
    departure.cut++
    one.cut()
  }
}

function accountOf({ name }: Instance, departure: Departure): DrainAccount {
  const { at, inFlight, upgraded, zeroAt, cut } = departure
  return { instance: name, inFlight, upgraded, msToZero: Math.round((zeroAt ?? at) - at), cut }
}
