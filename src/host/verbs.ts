import type { Clock } from '../lib/clock.ts'
import { usedBy } from '../system/proc.ts'
import type { Observation, ObservedInstance, Order } from '../targets/driver.ts'
import type { Call, Handlers } from './control.ts'
import type { HostParts } from './host.ts'
import { protocolVersion } from './protocol.ts'

export interface VerbParts {
  readonly parts: HostParts
  readonly clock: Clock
  readonly hostId: string
  readonly listen: string
  /** Ends the host, and nothing else. */
  readonly end: () => void
}

/** For the answer to go out before the end. */
const FAREWELL_MS = 20

/** What each verb of the control socket does. */
export function handlers({ parts, clock, hostId, listen, end }: VerbParts): Handlers {
  const endSoon = () => void Promise.allSettled([clock.sleep(FAREWELL_MS).then(end)])
  const { releases, folders, supervisor, router, logs, totals } = parts
  const fenced = <T>(order: Order, call: Call<never>, work: (signal: AbortSignal) => Promise<T>) =>
    parts.fence.pass(order, call.signal, work)
  return {
    hello: async () => ({
      version: protocolVersion,
      pid: process.pid,
      host: hostId,
      listen,
      edges: parts.edges.workers.length,
    }),
    prepare: ({ release, archive, order }, call) =>
      fenced(order, call, async (signal) => {
        await releases.prepare(order.track, release, { archive, signal })
        return null
      }),
    place: ({ instances, order }, call) =>
      fenced(order, call, async (signal) => {
        await supervisor.place(instances, order.number, signal)
        return null
      }),
    route: ({ routing, order }, call) =>
      fenced(order, call, async (signal) => {
        await router.route(order.track, routing, signal)
        return null
      }),
    reload: ({ instances, order }, call) =>
      fenced(order, call, async (signal) => {
        await supervisor.reload(instances, order.number, signal)
        return null
      }),
    share: ({ release, files, order }, call) =>
      fenced(order, call, async (signal) => {
        await folders.share(order.track, release, files, signal)
        return null
      }),
    door: async ({ track, door }, { signal }) => {
      await router.door(track, door, signal)
      return null
    },
    drain: ({ instances, order }, call) =>
      fenced(order, call, (signal) => router.drain(order.track, instances, signal)),
    remove: ({ instances, order }, call) => fenced(order, call, (signal) => supervisor.remove(instances, signal)),
    observe: ({ track }, { signal }) => observe(parts, track, { clock, signal }),
    traffic: async ({ track, window }, { signal }) => {
      if (window === 'open') await parts.prober.open(track)
      if (window === 'close') await parts.prober.close(track)
      return totals.of(track, signal)
    },
    ...oneOffHandlers(parts),
    logs: async (query, { tell, signal }) => {
      await logs.tell(query, (instance, text) => tell({ instance, line: { stream: 'out', text } }), signal)
      return null
    },
    keep: ({ track, digests, order }, call) => fenced(order, call, () => keep(parts, track, digests)),
    retire: async () => {
      endSoon()
      return null
    },
    shutdown: async ({ drainMs }, { signal }) => {
      await shutDown(parts, drainMs, signal)
      endSoon()
      return null
    },
  }
}

/** Commands that are run once, and what sits at them. */
function oneOffHandlers({ fence, oneOffs }: HostParts): Pick<Handlers, 'run' | 'console' | 'end'> {
  return {
    run: ({ oneOff, order }, call) =>
      fence.pass(order, call.signal, (signal) => oneOffs.run(oneOff, call.tell, signal)),
    console: ({ oneOff, size, order }, call) =>
      fence.pass(order, call.signal, (signal) => oneOffs.console(oneOff, size, { ...call, signal })),
    end: ({ names, order }, { signal }) =>
      fence.pass(order, signal, async () => {
        await oneOffs.end(names)
        return null
      }),
  }
}

async function observe(
  { supervisor, edges }: HostParts,
  track: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Observation> {
  const routed = await edges.routed(track, signal)
  const instances = supervisor.observed(track)
  return { at: clock.now(), instances, routed, usage: await usageOf(instances) }
}

async function usageOf(instances: readonly ObservedInstance[]): Promise<NonNullable<Observation['usage']>> {
  const running = instances.flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]))
  return Object.fromEntries(await Promise.all(running.map(async ({ name, pid }) => [name, await usedBy(pid)])))
}

/** What instances run from is never deleted under them. */
async function keep(
  { releases, router, logs, oneOffs, supervisor }: HostParts,
  track: string,
  digests: readonly string[],
) {
  const used = [
    ...supervisor.of(track).map(({ spec }) => spec.release.digest),
    ...(await oneOffs.inUse(track)),
    ...router.filesInUse(track),
  ]
  await releases.keep(track, new Set([...digests, ...used]))
  await Promise.all([logs.keep(track), oneOffs.keep(track)])
  return null
}

async function shutDown(
  { supervisor, edges, oneOffs }: HostParts,
  drainMs: number,
  signal: AbortSignal,
): Promise<void> {
  const orders = supervisor.all.map(({ spec }) => {
    return { name: spec.name, stop: { ...spec.stop, drainMs: Math.min(spec.stop.drainMs, drainMs) } }
  })
  await Promise.all([supervisor.remove(orders, signal), oneOffs.endAll()])
  await edges.stop(drainMs, signal)
}
