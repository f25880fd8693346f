import { join } from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { InstanceDriver, Line } from '../driver.ts'
import { consoleOnHost } from './console.ts'
import { HostCaller } from './host-caller.ts'
import { capabilities } from './options.ts'

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
  /** Where Node keeps compiled code, closed to others; default: in `dir`. */
  readonly compileCache?: string
}

export interface LocalDriver extends InstanceDriver {
  /** Where visitors come in, `HOST:PORT`. Starts the host when it is not there. */
  address(signal: AbortSignal): Promise<string>
  /** Stays with the host until the signal is aborted: whenever it has gone, it is started again at once, and with it the edge. */
  keepUp(signal: AbortSignal): Promise<void>
  /** Ends everything on this machine: instances, edge, host. For tests and demonstrations. */
  shutdown(drainMs: number, signal: AbortSignal): Promise<void>
}

/**
 * This machine as a target. All work is done by the host, a process of its own that outlives us; here it is only asked,
 * and started again when it is gone.
 */
export function localDriver(options: LocalOptions): LocalDriver {
  const { artifactPath, edges = 2, ports = '20000-29999', compileCache = join(options.dir, 'cache'), ...rest } = options
  const place = { ...rest, edges, ports, compileCache }
  const host = new HostCaller(place)
  return {
    kind: 'instances',
    name: 'local',
    can: capabilities,
    prepare: async (release, order, signal) => {
      const archive = artifactPath(release.digest)
      await host.call({ verb: 'prepare', ask: { release, archive, order } }, signal)
    },
    place: async (instances, order, signal) => {
      await host.call({ verb: 'place', ask: { instances, order } }, signal)
    },
    route: async (routing, order, signal) => {
      await host.call({ verb: 'route', ask: { routing, order } }, signal)
    },
    reload: async (instances, order, signal) => {
      await host.call({ verb: 'reload', ask: { instances, order } }, signal)
    },
    share: async (release, files, order, signal) => {
      await host.call({ verb: 'share', ask: { release, files, order } }, signal)
    },
    door: async (track, door, signal) => {
      await host.call({ verb: 'door', ask: { track, door } }, signal)
    },
    drain: (instances, order, signal) => host.call({ verb: 'drain', ask: { instances, order } }, signal),
    remove: (instances, order, signal) => host.call({ verb: 'remove', ask: { instances, order } }, signal),
    observe: (track, signal) => host.call({ verb: 'observe', ask: { track } }, signal),
    traffic: (track, window, signal) => host.call({ verb: 'traffic', ask: { track, window } }, signal),
    run: (oneOff, order, report, signal) => host.call({ verb: 'run', ask: { oneOff, order }, hear: report }, signal),
    console: (oneOff, terminal, order, signal) => consoleOnHost(host, { oneOff, terminal, order }, signal),
    end: async (names, order, signal) => {
      await host.call({ verb: 'end', ask: { names, order } }, signal)
    },
    logs: async (query, report, signal) => {
      const hear = ({ instance, line }: { instance: string; line: Line }) => report(instance, line)
      await host.call({ verb: 'logs', ask: query, hear }, signal)
    },
    keep: async (track, digests, order, signal) => {
      await host.call({ verb: 'keep', ask: { track, digests, order } }, signal)
    },
    address: async (signal) => (await host.ensure(signal)).listen,
    keepUp: (signal) => host.keepUp(signal),
    shutdown: async (drainMs, signal) => {
      await host.call({ verb: 'shutdown', ask: { drainMs } }, signal)
    },
  }
}
