import type { VerbName, Verbs } from '../../host/protocol.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { InstanceDriver } from '../driver.ts'
import { askHost, NoHost, type Question } from './host-client.ts'
import { capabilities } from './options.ts'
import { ensureHost } from './start-host.ts'

export interface LocalOptions {
  /** The host's own directory; kept closed to others. */
  readonly dir: string
  /** `HOST:PORT` where the edge takes visitors; port 0 for any that is free. */
  readonly listen: string
  /** Where the archive of a release is, by its digest. */
  readonly artifactPath: (digest: string) => string
  readonly clock: Clock
  readonly log: Log
  readonly edges?: number
  /** Ports for instances, `FIRST-LAST`. */
  readonly ports?: string
}

export interface LocalDriver extends InstanceDriver {
  /** Where visitors come in, `HOST:PORT`. Starts the host when it is not there. */
  address(signal: AbortSignal): Promise<string>
  /** Ends everything on this machine: instances, edge, host. For tests and demonstrations. */
  shutdown(drainMs: number, signal: AbortSignal): Promise<void>
}

/**
 * This machine as a target. All work is done by the host, a process of its own that outlives us; here it is only asked,
 * and started again when it is gone.
 */
export function localDriver(options: LocalOptions): LocalDriver {
  const { artifactPath, edges = 2, ports = '20000-29999', ...rest } = options
  const place = { ...rest, edges, ports }
  const { dir } = place

  async function call<V extends VerbName>(
    verb: V,
    ask: Verbs[V]['ask'],
    signal: AbortSignal,
    hear?: Question<V>['hear'],
  ): Promise<Verbs[V]['answer']> {
    const question = { dir, verb, ask, ...(hear && { hear }) }
    try {
      return await askHost(question, signal)
    } catch (error) {
      if (!(error instanceof NoHost)) throw error
    }
    await ensureHost(place, signal)
    return askHost(question, signal)
  }

  return {
    kind: 'instances',
    name: 'local',
    can: capabilities,
    prepare: async (release, order, signal) => {
      await call('prepare', { release, archive: artifactPath(release.digest), order }, signal)
    },
    place: async (instances, order, signal) => {
      await call('place', { instances, order }, signal)
    },
    route: async (routing, order, signal) => {
      await call('route', { routing, order }, signal)
    },
    drain: (instances, order, signal) => call('drain', { instances, order }, signal),
    remove: (instances, order, signal) => call('remove', { instances, order }, signal),
    observe: (track, signal) => call('observe', { track }, signal),
    traffic: (track, window, signal) => call('traffic', { track, window }, signal),
    run: (oneOff, order, report, signal) => call('run', { oneOff, order }, signal, report),
    logs: async (query, report, signal) => {
      await call('logs', query, signal, ({ instance, line }) => report(instance, line))
    },
    keep: async (track, digests, order, signal) => {
      await call('keep', { track, digests, order }, signal)
    },
    address: async (signal) => (await ensureHost(place, signal)).listen,
    shutdown: async (drainMs, signal) => {
      await askHost({ dir, verb: 'shutdown', ask: { drainMs } }, signal)
    },
  }
}
