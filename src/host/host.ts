import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { makeDirectory, namesIn, removeTree } from '../system/files.ts'
import { bindShared, freePort, type SharedSocket } from '../system/ports.ts'
import { serveControl } from './control.ts'
import { Doors } from './doors.ts'
import { isTakenByOthers } from './edge-address.ts'
import { Edges } from './edges.ts'
import { Fence } from './fence.ts'
import { type Identity, takeIdentity } from './identity.ts'
import { type Layout, layoutOf } from './layout.ts'
import { Ledger } from './ledger.ts'
import { Logs } from './logs.ts'
import { OneOffs } from './one-offs.ts'
import { type PortRange, Ports } from './ports.ts'
import { Prober } from './prober.ts'
import { RecordFile } from './records.ts'
import { Releases } from './releases.ts'
import { Router } from './router.ts'
import { FileFolders } from './served-files.ts'
import { Supervisor } from './supervisor.ts'
import { TrafficTotals } from './totals.ts'
import { handlers } from './verbs.ts'

export interface HostOptions {
  readonly dir: string
  /** `HOST:PORT` where the edge takes visitors. Port 0: one that is free, the same at every start. */
  readonly listen: string
  readonly edges: number
  /** Program and first words of an edge worker. */
  readonly edgeCommand: readonly string[]
  readonly edgeEnv: Readonly<Record<string, string>>
  readonly ports: PortRange
  readonly clock: Clock
  readonly log: Log
}

/** The parts of a running host. */
export interface HostParts {
  readonly fence: Fence
  readonly releases: Releases
  readonly folders: FileFolders
  readonly supervisor: Supervisor
  readonly router: Router
  readonly edges: Edges
  readonly totals: TrafficTotals
  readonly prober: Prober
  readonly oneOffs: OneOffs
  readonly logs: Logs
}

/**
 * Runs the host until the signal is aborted or it is told to end. Starting is restoring: it takes up whatever runs. Ending
 * is letting go: instances and edge workers stay, unless it was told to shut down.
 */
export async function runHost(options: HostOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options
  const layout = layoutOf(options.dir)
  const identity = await takeIdentity(layout, log)
  using _ = identity.lock
  const ending = new AbortController()
  const end = () => ending.abort(new Error('the host ends'))
  signal.addEventListener('abort', end, { once: true })
  try {
    await prepareFolders(layout, identity)
    const listen = await listenAt(options.listen, { layout, log, hostId: identity.hostId })
    const socket = await bind(listen)
    const parts = await assemble({ ...options, listen }, { layout, identity, socket, signal: ending.signal })
    await restore(parts, ending.signal)
    const { hostId } = identity
    const server = await serveControl(layout.socket, handlers({ parts, clock, hostId, listen, end }), log)
    log.info('host started', { host: hostId, dir: options.dir, listen })
    if (!ending.signal.aborted) {
      await new Promise((resolve) => ending.signal.addEventListener('abort', resolve, { once: true }))
    }
    await server.close()
    log.info('host ends', { host: hostId })
  } finally {
    end()
  }
}

async function prepareFolders(layout: Layout, { isAfterReboot }: Identity): Promise<void> {
  for (const folder of [layout.instances, layout.oneOffs, layout.tracks, layout.edges])
    await makeDirectory(folder, 0o700)
  if (!isAfterReboot) return
  // Routes of before the reboot lead to ports where nobody, or somebody else, listens now.
  await removeTree(layout.listen)
  const stale = (await namesIn(layout.edges)).filter((name) => !name.endsWith('.log'))
  for (const name of stale) await removeTree(join(layout.edges, name))
}

/** All edge workers have to share one port, and to find it again. Fault `edge.address_taken`. */
async function listenAt(
  asked: string,
  { layout, log, hostId }: { readonly layout: Layout; readonly log: Log; readonly hostId: string },
): Promise<string> {
  if (!asked.endsWith(':0')) {
    if (!(await isTakenByOthers(asked, hostId))) return asked
    throw new Fault('edge.address_taken', { details: { address: asked, problem: 'another program listens there' } })
  }
  const file = new RecordFile<{ readonly asked: string; readonly listen: string }>(layout.listen)
  const before = await file.read(log)
  if (before?.asked === asked && !(await isTakenByOthers(before.listen, hostId))) return before.listen
  const listen = `${asked.slice(0, -1)}${await freePort()}`
  await file.write({ asked, listen })
  return listen
}

async function bind(address: string): Promise<SharedSocket> {
  try {
    return await bindShared(address)
  } catch (error) {
    throw new Fault('edge.address_taken', { details: { address, problem: messageOf(error) }, cause: error })
  }
}

interface Setting {
  readonly layout: Layout
  readonly identity: Identity
  readonly socket: SharedSocket
  readonly signal: AbortSignal
}

async function assemble(options: HostOptions, { layout, identity, socket, signal }: Setting): Promise<HostParts> {
  const { clock, log, listen, edgeCommand, edgeEnv } = options
  const { hostId, bootId } = identity
  const common = { layout, clock, log, signal, hostId, bootId }
  const [fence, ledger] = [await Fence.open(layout, log), await Ledger.open(layout, log)]
  const releases = new Releases(common)
  const edges = new Edges({
    ...common,
    folder: layout.edges,
    command: edgeCommand,
    env: edgeEnv,
    listen,
    socket,
    count: options.edges,
  })
  const find = (name: string) => supervisor.get(name)
  const folders = new FileFolders({ layout, releases })
  const router = new Router({ ...common, ledger, doors: await Doors.open(layout, log), folders, edges, find })
  const logs = new Logs({ ...common, of: (track) => supervisor.of(track) })
  const supervisor: Supervisor = new Supervisor({
    ...{ ...common, releases, ports: new Ports(options.ports) },
    leave: (spec, drainMs, hasLeft) => router.leave(spec, drainMs, hasLeft),
    changed: ({ spec }) => router.refresh(spec.track),
    starts: (spec) => logs.starts(spec),
    ended: (spec) => logs.ended(spec),
  })
  const prober = new Prober({ ...common, ledger, edges, find })
  const totals = new TrafficTotals({ ...common, edges, isOpen: (track) => prober.isOpen(track) })
  return {
    fence,
    releases,
    folders,
    supervisor,
    router,
    edges,
    totals,
    prober,
    oneOffs: new OneOffs({ ...common, releases }),
    logs,
  }
}

/** In this order: the edge workers are told their routes only when it is known who is alive. */
async function restore(parts: HostParts, signal: AbortSignal): Promise<void> {
  const { releases, supervisor, oneOffs, router, prober, totals, edges, logs } = parts
  await releases.sweep()
  await Promise.all([supervisor.restore(), oneOffs.restore(), totals.restore()])
  router.restore()
  edges.begin()
  await prober.restore()
  void Promise.allSettled([totals.keepLooking(), logs.lookAfter(() => supervisor.all, signal)]) // until the host ends
}
