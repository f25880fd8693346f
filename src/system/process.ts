import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import { systemClock } from './clock.ts'
import { codeOf, diskFault } from './errors.ts'
import { endProcesses, isGroupThere, type ProcessId, processTable, startTimeNow } from './proc.ts'
import { drained, type OutputHandler, type Pump, pump, tailKeeper } from './process-output.ts'

export type { OutputHandler } from './process-output.ts'

export interface ChildOptions {
  /** Program and words, handed over as they are; there is no shell. */
  readonly argv: readonly string[]
  readonly cwd?: string
  /** All of the environment: nothing is inherited. Without PATH only /bin and /usr/bin are searched. */
  readonly env: Readonly<Record<string, string>>
  /** Text, bytes or a stream; nothing when left out. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Bytes as they come; a promise holds the program back until it is kept. A file is appended to without passing through us. */
  readonly stdout?: OutputHandler | AppendTo
  readonly stderr?: OutputHandler | AppendTo
  /** A descriptor of ours that the program has too, as its number 3. */
  readonly inherit?: number
  /** How long it may run. `Infinity` only for what is meant to run for ever. */
  readonly limitMs: number
  readonly signal: AbortSignal
  /** From SIGTERM to SIGKILL when the limit or the signal ends it; default 10 s. */
  readonly graceMs?: number
  /** How to end it when the limit or the signal says so, for who knows of more than its group. Default: SIGTERM to the group, grace, SIGKILL. */
  readonly end?: () => Promise<unknown>
  /** Leave running what the program left in its group, and go on reading its output until `close()`. */
  readonly keepGroup?: boolean
  /** It may go on when we end: its being there does not keep us from ending. */
  readonly outlivesUs?: boolean
  readonly clock?: Clock
}

export interface AppendTo {
  readonly appendTo: string
}

export interface ChildResult {
  /** Why it ended: by itself, by its limit, or by our signal. The first cause counts. */
  readonly ended: 'itself' | 'limit' | 'aborted'
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly durationMs: number
  /** The last 4 KiB of what came on both streams. */
  readonly tail: string
}

export interface Child extends ProcessId {
  /** Settles when the program itself has ended and its output has been handled. Rejects only with what an output handler threw. */
  readonly result: Promise<ChildResult>
  /** Stops reading output that strays may still write. Only needed with `keepGroup`. */
  close(): Promise<void>
}

/** Starts a program in its own session and process group. Fault `process.not_started` when that cannot be done. */
export async function startChild(options: ChildOptions): Promise<Child> {
  options.signal.throwIfAborted()
  const clock = options.clock ?? systemClock
  const started = clock.monotonic()
  const files = await openFiles(options)
  const child = await launch(options, files).finally(() => Promise.all(files.map((file) => file?.close())))
  const tail = tailKeeper()
  const pumps = [
    ...(child.process.stdout ? [pump(child.process.stdout, [handlerOf(options.stdout), tail.add])] : []),
    ...(child.process.stderr ? [pump(child.process.stderr, [handlerOf(options.stderr), tail.add])] : []),
  ]
  const result = follow({ options, clock, child: child.process, exit: child.exit, pumps }).then((end) => ({
    ...end,
    durationMs: clock.monotonic() - started,
    tail: tail.text(),
  }))
  result.catch(() => {}) // Whoever awaits it sees the error; nobody awaiting it yet must not end the server.
  return { pid: child.pid, startTime: child.startTime, result, close: () => closeAll(pumps, clock) }
}

/** Runs a program to its end. */
export async function runChild(options: ChildOptions): Promise<ChildResult> {
  return (await startChild(options)).result
}

/** Runs a program and gives what it printed on stdout. Faults for everything but exit code 0. */
export async function runText(options: Omit<ChildOptions, 'stdout'> & { readonly maxBytes?: number }): Promise<string> {
  const { maxBytes = 16 * 1024 * 1024 } = options
  const chunks: Uint8Array[] = []
  let bytes = 0
  const stdout = (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Fault('process.too_much_output', { details: { argv: options.argv, maxBytes } })
    chunks.push(chunk)
  }
  assertSuccess(options.argv, await runChild({ ...options, stdout }))
  return Buffer.concat(chunks).toString('utf8')
}

/** Fault `process.failed` or `process.limit` with all evidence unless it exited with 0; the abort reason is the caller's to throw. */
export function assertSuccess(argv: readonly string[], result: ChildResult): void {
  if (result.ended === 'itself' && result.exitCode === 0) return
  const details = { program: argv[0] ?? '', problem: problemOf(result), argv, ...result }
  throw new Fault(result.ended === 'limit' ? 'process.limit' : 'process.failed', { details })
}

/** How a program ended, as the end of a sentence: `exit code 2`, `signal SIGKILL`. */
export function problemOf(result: Pick<ChildResult, 'ended' | 'exitCode' | 'signal'>): string {
  if (result.ended === 'limit') return 'its time limit was reached'
  if (result.ended === 'aborted') return 'it was cancelled'
  return result.signal === null ? `exit code ${result.exitCode}` : `signal ${result.signal}`
}

type OpenFile = Awaited<ReturnType<typeof open>> | null

async function openFiles({ stdout, stderr }: ChildOptions): Promise<OpenFile[]> {
  const files: OpenFile[] = []
  for (const output of [stdout, stderr]) files.push(isAppendTo(output) ? await openAppend(output.appendTo) : null)
  return files
}

async function openAppend(path: string): Promise<OpenFile> {
  return open(path, 'a', 0o640).catch((error: unknown) => {
    throw diskFault(error, path)
  })
}

interface Launched extends ProcessId {
  readonly process: ChildProcess
  readonly exit: Promise<Exit>
}

async function launch(options: ChildOptions, files: readonly OpenFile[]): Promise<Launched> {
  const [program = '', ...words] = options.argv
  try {
    const [stdout, stderr] = files.map((file) => file?.fd ?? ('pipe' as const))
    const child = spawn(program, words, {
      cwd: options.cwd,
      env: options.env,
      stdio: [
        options.stdin === undefined ? 'ignore' : 'pipe',
        stdout,
        stderr,
        ...(options.inherit === undefined ? [] : [options.inherit]),
      ],
      detached: true, // setsid: its own session and group
    })
    // Listened for at once: a quick one ends while we still wait for something else.
    const exit = exitOf(child)
    // Node cannot have reaped it yet, so its line in /proc is there even when it has already ended.
    const startTime = child.pid === undefined ? 0 : startTimeNow(child.pid)
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    if (options.outlivesUs) child.unref()
    if (child.stdin && options.stdin !== undefined) feed(child.stdin, options.stdin)
    return { process: child, exit, pid: child.pid ?? 0, startTime }
  } catch (error) {
    throw new Fault('process.not_started', {
      details: { program, problem: startProblem(error), cwd: options.cwd ?? null },
      cause: error,
    })
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => child.once('exit', (exitCode, signal) => resolve({ exitCode, signal })))
}

function startProblem(error: unknown): string {
  if (codeOf(error) === 'ENOENT') return 'the program or the folder it should start in is not there'
  if (codeOf(error) === 'E2BIG') return 'its words and environment together are too long'
  return messageOf(error)
}

/** A program may end, or close its input, before it has read everything: that is its right, so a broken pipe is no error. */
function feed(stdin: Writable, input: string | Uint8Array | AsyncIterable<Uint8Array>): void {
  const source = typeof input === 'string' || input instanceof Uint8Array ? Readable.from([input]) : input
  pipeline(source, stdin).catch(() => {}) // The program's exit code tells whether it missed what it did not get.
}

interface Following {
  readonly options: ChildOptions
  readonly clock: Clock
  readonly child: ChildProcess
  readonly exit: Promise<Exit>
  readonly pumps: readonly Pump[]
}

type End = Pick<ChildResult, 'ended' | 'exitCode' | 'signal'>
type Exit = Omit<End, 'ended'>

/** Everything that can end a program is one race: its own end, the limit, the signal, a handler that fails. */
async function follow({ options, clock, child, exit, pumps }: Following): Promise<End> {
  const over = new AbortController()
  const broken = Promise.race([new Promise<never>(() => {}), ...pumps.map((one) => one.broken)])
  const ended = await Promise.race([
    exit.then(() => 'itself' as const),
    abortOf(options.signal, over.signal),
    limitOf(options.limitMs, clock, over.signal),
    broken.then(() => 'broken' as const),
  ]).finally(() => over.abort())
  if (ended !== 'itself') await (options.end?.() ?? endGroup(child, clock, options.graceMs ?? 10_000))
  const how = ended === 'itself' ? await exit : await exitOrGiveUp(exit, clock)
  if (ended === 'itself' && !options.keepGroup) await endGroup(child, clock, 0)
  await drained(pumps, clock)
  if (!options.keepGroup) for (const one of pumps) one.stop()
  for (const one of pumps) if (one.error !== undefined) throw one.error
  return { ended: ended === 'broken' ? 'itself' : ended, ...how }
}

async function abortOf(signal: AbortSignal, over: AbortSignal): Promise<'aborted'> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true, signal: over }))
  return 'aborted'
}

async function limitOf(limitMs: number, clock: Clock, over: AbortSignal): Promise<'limit'> {
  // No timer for what has no limit: it would keep us from ending.
  if (limitMs === Number.POSITIVE_INFINITY) return await new Promise<never>(() => {})
  await clock.sleep(limitMs, over).catch((error: unknown) => {
    if (!over.aborted) throw error
  })
  return 'limit'
}

/** The number of a group stays taken while a member lives, so it can be looked for after its leader has ended. */
async function endGroup(child: ChildProcess, clock: Clock, graceMs: number): Promise<void> {
  const group = child.pid ?? 0
  if (!isGroupThere(group)) return
  const find = async () => (await processTable()).filter((info) => info.group === group)
  await endProcesses({ find, graceMs, clock })
}

/** One that waits for a broken disk dies only when the disk answers; nobody must wait for that. */
async function exitOrGiveUp(exit: Promise<Exit>, clock: Clock): Promise<Exit> {
  const over = new AbortController()
  const limit = limitOf(5_000, clock, over.signal)
  return Promise.race([exit, limit.then(() => ({ exitCode: null, signal: null }))]).finally(() => over.abort())
}

async function closeAll(pumps: readonly Pump[], clock: Clock): Promise<void> {
  await drained(pumps, clock)
  for (const one of pumps) one.stop()
}

function isAppendTo(output: ChildOptions['stdout']): output is AppendTo {
  return typeof output === 'object'
}

function handlerOf(output: ChildOptions['stdout']): OutputHandler {
  return typeof output === 'function' ? output : () => {}
}
