import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { removeTree } from '../system/files.ts'
import { pointLink } from '../system/links.ts'
import { holdsSocket, type Listener, listenersOn } from '../system/listeners.ts'
import { endProcesses, type ProcessId, processTable } from '../system/proc.ts'
import { lastLines } from '../system/tail.ts'
import type { InstanceSpec, StopAccount } from '../targets/driver.ts'
import type { Tally } from './health.ts'
import type { Instance } from './instance.ts'
import type { InstanceRecord } from './instance-record.ts'
import type { Layout } from './layout.ts'
import { type MainProcess, startMain } from './main-process.ts'
import { instanceMarks, probeMarks } from './marks.ts'
import type { Ports } from './ports.ts'
import { type ProbeResult, probeOnce } from './probes.ts'
import { RecordFile } from './records.ts'
import type { Releases } from './releases.ts'
import { appFolder } from './shared-folders.ts'
import { remains, sessionOf, stopInstance } from './stop.ts'

/** What one instance needs of the host around it. */
export interface InstanceTools {
  readonly clock: Clock
  readonly log: Log
  /** Aborted when the host ends. */
  readonly signal: AbortSignal
  readonly bootId: string
  readonly file: RecordFile<InstanceRecord>
  portFor(record: InstanceRecord): Promise<number>
  /** Ends what an earlier process of the instance has left behind, so that nothing of it runs twice. */
  clear(record: InstanceRecord): Promise<void>
  launch(spec: InstanceSpec, port: number): Promise<MainProcess>
  probe(subject: ProbeSubject, tally: Tally, signal: AbortSignal): Promise<ProbeResult>
  lastLines(spec: InstanceSpec): Promise<readonly string[]>
  /** Takes it out of the routing, says so, waits for what it is answering, and ends its processes. */
  end(record: InstanceRecord, main: MainProcess | null, hasLeft: () => void): Promise<Omit<StopAccount, 'instance'>>
  /** There is nothing left of it but its log. */
  forget(instance: Instance): Promise<void>
  changed(instance: Instance): void
}

export interface ProbeSubject {
  readonly spec: InstanceSpec
  readonly port: number
  readonly main: ProcessId | null
}

/** The parts of the host that the tools are made of; the same for every instance. */
export interface Surroundings {
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly bootId: string
  readonly hostId: string
  readonly layout: Layout
  readonly ports: Ports
  readonly releases: Releases
  /** Takes an instance out of the routing for good, says so, and waits, at most its drain limit, until nothing is in flight. */
  readonly leave: (spec: InstanceSpec, drainMs: number, hasLeft: () => void) => Promise<void>
  readonly changed: (instance: Instance) => void
  /** Its processes are about to write their log. */
  readonly starts: (spec: InstanceSpec) => Promise<void>
  /** Its processes have ended; its log stays. */
  readonly ended: (spec: InstanceSpec) => Promise<void>
  readonly forgotten: (instance: Instance) => void
}

const LINES_OF_EVIDENCE = 30

export function instanceTools(name: string, around: Surroundings): InstanceTools {
  const { clock, log, signal, bootId, hostId, layout, ports, changed } = around
  const file = new RecordFile<InstanceRecord>(layout.instance(name))
  return {
    ...{ clock, log, signal, bootId, file, changed },
    portFor: ({ port }) => portFor(port, ports),
    clear: async ({ spec, process }) => {
      const find = () => remains(process?.bootId === bootId ? process : null, instanceMarks(hostId, spec.name))
      await endProcesses({ find, graceMs: 0, clock })
    },
    launch: (spec, port) => launch(spec, port, around),
    probe: (subject, tally, inner) => probe(subject, tally, { around, signal: inner }),
    lastLines: (spec) => lastLines(layout.log(spec.track, spec.name), LINES_OF_EVIDENCE),
    end: async ({ spec, stop }, main, hasLeft) => {
      const how = stop ?? spec.stop
      await around.leave(spec, how.drainMs, hasLeft)
      return stopInstance({ main, marks: instanceMarks(hostId, spec.name), stop: how, clock })
    },
    forget: async (instance) => {
      await around.ended(instance.spec)
      await file.remove()
      await removeTree(layout.current(name))
      if (instance.port !== null) ports.release(instance.port)
      around.forgotten(instance)
    },
  }
}

/** A restarted instance keeps its port, so that the edge finds it where it was. */
async function portFor(before: number | null, ports: Ports): Promise<number> {
  if (before !== null && (await ports.retake(before))) return before
  if (before !== null) ports.release(before)
  return ports.take()
}

async function launch(spec: InstanceSpec, port: number, around: Surroundings): Promise<MainProcess> {
  const { layout, releases, hostId, clock } = around
  const [tree] = await Promise.all([releases.tree(spec.track, spec.release.digest, spec), around.starts(spec)])
  const log = layout.log(spec.track, spec.name)
  const cwd = appFolder(spec.reload === undefined ? tree : await linkedTo(tree, layout, spec.name), spec.directory)
  const env = { ...spec.env, PORT: String(port), ...instanceMarks(hostId, spec.name), ...workingIn(spec, cwd) }
  return startMain({ argv: spec.argv, env, cwd, out: log, err: log, clock })
}

/** Servers that can be reloaded go by PWD, which names the link, where the system would tell what it leads to now. */
function workingIn({ reload }: InstanceSpec, cwd: string): Readonly<Record<string, string>> {
  return reload === undefined ? {} : { PWD: cwd, SIGNALBOX_CURRENT: cwd }
}

/** The link by which an instance finds its release, made to lead to this one. */
export async function linkedTo(tree: string, layout: Layout, name: string): Promise<string> {
  const link = layout.current(name)
  await pointLink(link, tree)
  return link
}

interface ProbeContext {
  readonly around: Surroundings
  readonly signal: AbortSignal
}

async function probe(subject: ProbeSubject, tally: Tally, { around, signal }: ProbeContext): Promise<ProbeResult> {
  try {
    const result = await ask(subject, { around, signal })
    const isFirstPass =
      result.isPass && result.address !== undefined && tally.passes === 0 && tally.state === 'starting'
    return isFirstPass ? await confirmOwner(subject, result, around.hostId) : result
  } catch (error) {
    signal.throwIfAborted()
    around.log.warn('probe could not be made', { instance: subject.spec.name, error })
    return { isPass: false, error: messageOf(error) }
  }
}

async function ask({ spec, port }: ProbeSubject, { around, signal }: ProbeContext): Promise<ProbeResult> {
  const { probe, timeoutMs } = spec.health
  if (probe.kind === 'process') return { isPass: true }
  const tree = around.releases.place(spec.track, spec.release.digest)
  const env = { ...spec.env, PORT: String(port), ...probeMarks(around.hostId, spec.name) }
  const cwd = appFolder(tree, spec.directory)
  return probeOnce({ probe, addresses, port, timeoutMs, env, cwd }, around.clock, signal)
}

/** An app may listen on either. */
const addresses = ['127.0.0.1', '::1']

/** Another program may have taken the port since we chose it: its answer is not this instance's. */
async function confirmOwner(
  { spec, port, main }: ProbeSubject,
  result: ProbeResult,
  hostId: string,
): Promise<ProbeResult> {
  const listeners = await listenersOn(port)
  if (main === null || listeners.length === 0) return result
  // Nearly always it is the process itself; a worker of its own needs a look at the session, and an app that has put
  // itself into another session the slow look at every process.
  const itself = async () => [main]
  const session = async () => sessionOf(main, await processTable())
  const everywhere = () => remains(main, instanceMarks(hostId, spec.name))
  for (const find of [itself, session, everywhere]) if (await isHeld(listeners, find)) return result
  return { isPass: false, error: `port ${port} is held by another process, not by this instance` }
}

/** What we may not look into is taken to be right. */
async function isHeld(listeners: readonly Listener[], find: () => Promise<readonly ProcessId[]>): Promise<boolean> {
  const pids = (await find()).map((info) => info.pid)
  const held = await Promise.all(listeners.map((listener) => holdsSocket(pids, listener.inode)))
  return held.some((answer) => answer !== false)
}
