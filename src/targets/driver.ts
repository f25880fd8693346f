import type { HealthSpec, StopSpec } from '../domain/spec.ts'
import type { Traffic } from '../domain/traffic.ts'

export type { LostRequest, Traffic, TrafficCounts } from '../domain/traffic.ts'
export { latencyBoundsMs, noCounts } from '../domain/traffic.ts'

/**
 * THE CONTRACT between the engine and a place where instances run.
 *
 * Repetition: every call may be made again after a crash, a lost answer or a retry. A driver looks first and treats
 * "already so" as success. Names of everything it starts are handed in; it never invents one.
 *
 * Order: the engine makes one call at a time per track. A call of a dead or paused server may still arrive late: each
 * carries a rising, persisted command number, and the target refuses a number lower than the newest it has seen for that
 * track (Fault `target.fenced`), also in the middle of a longer call.
 *
 * Waiting: a call ends when the signal is aborted, by rejecting with the signal's reason; what it had already
 * started stays. Faults with `temporary` set may be tried again; every other Fault is the target's final no.
 */

/** Which stretch of line a call is for, and its place in the order of commands. */
export interface Order {
  /** `project/app/environment` */
  readonly track: string
  /** Rising, persisted, never used twice. */
  readonly number: number
}

/** A built release, as the target has to fetch it. */
export interface ReleaseOnTarget {
  /** SHA-256 of the archive: the identity of what runs. */
  readonly digest: string
  readonly version: string
  readonly commit: string
  readonly app: string
}

/** Everything needed to run one copy of one process. Holds secret values: never stored by the engine, never logged. */
export interface InstanceSpec {
  /** Unique for ever, made from the deployment's id: `d42-web-1`. */
  readonly name: string
  readonly track: string
  readonly deployment: string
  readonly release: ReleaseOnTarget
  readonly process: string
  /** Words, run without a shell. `$PORT` reaches the process as an environment variable. */
  readonly argv: readonly string[]
  /** The complete environment, apart from PORT, which the target chooses. */
  readonly env: Readonly<Record<string, string>>
  /** Working directory within the release. */
  readonly directory: string
  /** Folders kept across releases, relative to `directory`. */
  readonly shared: readonly string[]
  readonly health: HealthSpec
  readonly stop: StopSpec
  /** Whether the edge may send visitors here (`web`). */
  readonly routed: boolean
  /** Present: started so that another release can be put under the process, which hears of it by this signal. */
  readonly reload?: 'SIGHUP' | 'SIGUSR2'
}

/** What visitors of one track reach. The list is complete: who is not in it gets no new request. */
export interface Routing {
  readonly hosts: readonly string[]
  /** A listener of the environment's own, where every Host comes here; null = only by `hosts` on the common one. */
  readonly port: number | null
  /** The edge's label for what it counts from now on. */
  readonly deployment: string
  readonly release: ReleaseOnTarget
  readonly environment: string
  readonly instances: readonly string[]
  /** Files of the release that the edge answers by itself, in force together with everything else here; null = none. */
  readonly files: ServedFiles | null
  /** With `basic_auth` only those come in whom the door knows. */
  readonly access: 'public' | 'basic_auth'
  /** As it is at the moment; see `door`. */
  readonly door: Door
}

export interface ServedFiles {
  /** Where they are looked for: in the release's own folder, or in one that all releases of the track share. */
  readonly kept: 'release' | 'shared'
  readonly entries: readonly ServedFolder[]
  /** Folder of the app within the release, and what of it outlives releases. */
  readonly directory: string
  readonly shared: readonly string[]
  /** The app has nothing else for its visitors. */
  readonly isAll: boolean
}

export interface ServedFolder {
  /** Path under which its files are reached. */
  readonly url: string
  /** Below the folder of the app. */
  readonly directory: string
  readonly maxAgeS: number
}

/** A routing of instances and nothing else: no files, open to everybody. */
export const bareRouting: Pick<Routing, 'files' | 'access' | 'door'> = {
  files: null,
  access: 'public',
  door: { version: 0, users: [], maintenance: null },
}

/** What people decide about who comes in, whatever release is live. */
export interface Door {
  /** Rises with every change: a door that is older than the one the target knows changes nothing. */
  readonly version: number
  readonly users: readonly { readonly name: string; readonly hash: string }[]
  /** Shown to every visitor in place of everything else. */
  readonly maintenance: { readonly message: string } | null
}

export interface StopOrder {
  readonly name: string
  readonly stop: StopSpec
}

export interface DrainAccount {
  readonly instance: string
  /** Requests being answered when the instance left the routing, and upgraded connections among them. */
  readonly inFlight: number
  readonly upgraded: number
  readonly msToZero: number
  /** Cut because the drain limit was reached. */
  readonly cut: number
}

export interface StopAccount {
  readonly instance: string
  /** How it ended: on the stop signal, by SIGKILL after the grace, or it was gone already. */
  readonly ended: 'signal' | 'killed' | 'gone'
  readonly afterMs: number
}

export type InstanceState = 'starting' | 'healthy' | 'unhealthy' | 'backoff' | 'stopping' | 'exited'

export interface ObservedInstance {
  readonly name: string
  readonly deployment: string
  readonly digest: string
  readonly version: string
  /** Left out where the target does not know. */
  readonly commit?: string
  readonly process: string
  readonly state: InstanceState
  readonly pid: number | null
  readonly startedAt: number | null
  readonly restarts: number
  /** The last exit, when there was one: `exit 1`, `SIGKILL`. */
  readonly lastExit: string | null
}

/** What an instance takes of its machine, with all it has started. */
export interface Usage {
  readonly memoryBytes: number
  /** Of one processor, since it was started. */
  readonly cpuMs: number
}

export interface Observation {
  readonly at: number
  readonly instances: readonly ObservedInstance[]
  /** Instances the edge sends visitors to, as the edge itself tells it. */
  readonly routed: readonly string[]
  /** By instance; left out where the target does not tell. */
  readonly usage?: Readonly<Record<string, Usage>>
}

/** A command in the context of a release: migration, one-off, scheduled command. */
export interface OneOff {
  /** Made from the id of what asked for it; a second call with the same name takes up the first, or tells its result. */
  readonly name: string
  readonly track: string
  readonly release: ReleaseOnTarget
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly directory: string
  readonly shared: readonly string[]
  readonly timeoutMs: number
  /** Commands with the same lock never run at the same time on one target: a later one waits until the earlier has ended. */
  readonly lock?: string
  /** The command is to write a file, whose path it is told in this variable; the newest `keep` of the track are kept. */
  readonly backup?: BackupOrder
}

export interface BackupOrder {
  readonly variable: string
  readonly keep: number
}

/** What the command of a backup has left: readable for the target's own user only. */
export interface BackupFile {
  /** On the target. */
  readonly path: string
  /** 0 when there is no such file. */
  readonly bytes: number
}

export interface OneOffResult {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly timedOut: boolean
  readonly durationMs: number
  /** Processor time of it and all it has started and waited for; left out where the target does not tell, or does not know. */
  readonly cpuMs?: number
  /** Of a command that was to write one and ended with 0. */
  readonly backup?: BackupFile
  /** Of a console: it was ended because nobody was at its terminal any more. */
  readonly hungUp?: true
}

export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

export type TerminalInput =
  | { readonly kind: 'typed'; readonly bytes: Uint8Array }
  | { readonly kind: 'resized'; readonly size: TerminalSize }

/** The terminal that somebody sits at, far from the target. */
export interface Terminal {
  readonly size: TerminalSize
  /** What the program writes, piece by piece in order, without waiting; the program is held back while many pieces are not taken. */
  show(bytes: Uint8Array): Promise<void>
  /** What is typed; its end means that nobody is there any more. Read once. */
  readonly input: AsyncIterable<TerminalInput>
}

export interface Line {
  readonly stream: 'out' | 'err'
  readonly text: string
}

/** What a driver can do, as data; nobody outside its folder asks its name. */
export interface Capabilities {
  readonly drain: boolean
  readonly scale: boolean
  readonly logs: boolean
  /** The edge in front is ours, so `traffic` tells of every request. */
  readonly traffic: boolean
  readonly run: boolean
  /** It has `console`. */
  readonly console: boolean
  /** The edge in front serves files and keeps a door. */
  readonly files: boolean
  readonly door: boolean
}

/** A place where the engine performs the rollout itself, instance by instance. */
export interface InstanceDriver {
  readonly kind: 'instances'
  readonly name: string
  readonly can: Capabilities
  /** Makes the release available for `place`: fetched, its checksum verified, unpacked. */
  prepare(release: ReleaseOnTarget, order: Order, signal: AbortSignal): Promise<void>
  /**
   * Makes these instances exist and waits until every one is healthy. Fault `instance.unhealthy` when one is not
   * within its start period or keeps exiting; what was started stays for the engine to remove.
   */
  place(instances: readonly InstanceSpec[], order: Order, signal: AbortSignal): Promise<void>
  /**
   * Puts another prepared release under processes that go on: the folder they work in becomes that of the release, they
   * get their `reload` signal, and it waits until they work in it, nothing of them works in another one, and they are
   * healthy. What runs the release already is left alone; what does not run is started with it. Fault `instance.not_reloaded`
   * when a process ends over it or does not take it up; a new process is then one of the release before.
   */
  reload(instances: readonly InstanceSpec[], order: Order, signal: AbortSignal): Promise<void>
  /**
   * Copies files of a prepared release to where those of all releases of the track are kept, and removes none. Fault
   * `release.file_name_reused`, before anything is copied, when another file has the name of one of them already.
   */
  share(release: ReleaseOnTarget, files: ServedFiles, order: Order, signal: AbortSignal): Promise<void>
  /**
   * Sends visitors to exactly these instances, confirmed through the edge before it resolves. Those that had no visitors
   * before must be healthy; one that had and is down at the moment gets them back when it is healthy again.
   * An empty list takes the track offline: the edge answers 503 itself.
   */
  route(routing: Routing, order: Order, signal: AbortSignal): Promise<void>
  /** Waits until instances that left the routing have nothing in flight, each at most its `drainMs`; then cuts what is left. */
  drain(instances: readonly StopOrder[], order: Order, signal: AbortSignal): Promise<readonly DrainAccount[]>
  /** Makes these instances not exist: stop signal, grace, SIGKILL. Also when they never were there. */
  remove(instances: readonly StopOrder[], order: Order, signal: AbortSignal): Promise<readonly StopAccount[]>
  /**
   * Puts a door in force, at once and beside whatever else is going on: it carries its own version in place of a command
   * number. Also for a track that has no route yet.
   */
  door(track: string, door: Door, signal: AbortSignal): Promise<void>
  /** What runs now, as the target itself tells it. No command number: it changes nothing. */
  observe(track: string, signal: AbortSignal): Promise<Observation>
  /** Totals of the edge. `window` switches the prober on from the opening of a deployment to its end. */
  traffic(track: string, window: 'open' | 'close' | 'look', signal: AbortSignal): Promise<Traffic>
  /** Runs a command once, to its end. */
  run(oneOff: OneOff, order: Order, report: (line: Line) => void, signal: AbortSignal): Promise<OneOffResult>
  /**
   * Runs a command once at a terminal of its own, joined to the one that is given. Unlike one that `run` started it does not go
   * on alone: it is hung up (SIGHUP or SIGTERM, grace, SIGKILL) when the input ends, and also when the signal is aborted or
   * whoever asked is gone. A second call with the same name starts nothing, and tells how the first ended. Fault
   * `target.no_terminal`.
   */
  console?(oneOff: OneOff, terminal: Terminal, order: Order, signal: AbortSignal): Promise<OneOffResult>
  /**
   * Ends commands that `run` or `console` has started, by name: SIGTERM, grace, SIGKILL. Also when they have ended already or never were
   * there. Under a number above that of the `run`, so that a `run` which arrives later starts nothing.
   */
  end(names: readonly string[], order: Order, signal: AbortSignal): Promise<void>
  /** Lines of a track's instances, the newest `lines` first shown in order, then as they come when `follow`. */
  logs(query: LogQuery, report: (instance: string, line: Line) => void, signal: AbortSignal): Promise<void>
  /** Deletes unpacked releases of this track other than these. */
  keep(track: string, digests: readonly string[], order: Order, signal: AbortSignal): Promise<void>
}

export interface LogQuery {
  readonly track: string
  readonly process: string | null
  readonly lines: number
  readonly follow: boolean
}

/** A place that performs the rollout itself: the engine hands over one revision and watches until it is the one running. */
export interface ServiceDriver {
  readonly kind: 'service'
  readonly name: string
  readonly can: Capabilities
  apply(revision: Revision, order: Order, signal: AbortSignal): Promise<void>
  observe(track: string, signal: AbortSignal): Promise<ServiceObservation>
  revert(track: string, order: Order, signal: AbortSignal): Promise<void>
  scale(track: string, counts: Readonly<Record<string, number>>, order: Order, signal: AbortSignal): Promise<void>
  run(oneOff: OneOff, order: Order, report: (line: Line) => void, signal: AbortSignal): Promise<OneOffResult>
}

export interface Revision {
  readonly id: string
  readonly track: string
  readonly release: ReleaseOnTarget
  readonly instances: readonly InstanceSpec[]
  readonly hosts: readonly string[]
}

export interface ServiceObservation {
  readonly at: number
  /** The revision every instance runs, or null while they differ. */
  readonly uniform: string | null
  readonly state: 'rolling' | 'settled' | 'reverting' | 'reverted' | 'paused'
  readonly instances: readonly ObservedInstance[]
}

/**
 * Either kind; what a driver is, for whoever writes one.
 * @public
 */
export type TargetDriver = InstanceDriver | ServiceDriver
