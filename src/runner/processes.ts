import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { appendText } from '../system/files.ts'
import type { JobLogSink } from '../system/job-log-writer.ts'
import { stepBack } from '../system/priority.ts'
import {
  endProcesses,
  findByMarks,
  type ProcessId,
  type ProcessInfo,
  processTable,
  withDescendants,
  workingDirectoryOf,
} from '../system/proc.ts'
import { type Child, startChild } from '../system/process.ts'
import type { Environment } from './environment.ts'
import type { Places } from './workspace.ts'

/** In the environment of every process of a job, so that it is found also after it has left its parent and session. */
export interface Marks {
  readonly SIGNALBOX_SERVER: string
  readonly SIGNALBOX_ATTEMPT: string
}

export interface ProcessesOptions {
  readonly marks: Marks
  readonly places: Places
  readonly clock: Clock
  readonly log: Log
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number
}

export interface Start {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Environment
  readonly stdout: JobLogSink
  readonly stderr: JobLogSink
  /** Which step, at which try: the processes of a try that failed are ended before the next one. */
  readonly step: string
  readonly signal: AbortSignal
}

interface Started {
  readonly child: Child
  readonly start: Start
}

/** Everything a job starts, and the end of it all: nothing survives a job. */
export class JobProcesses {
  readonly #options: ProcessesOptions
  readonly #started: Started[] = []
  readonly #over = new AbortController()
  #isEnding = false

  constructor(options: ProcessesOptions) {
    this.#options = options
  }

  get marks(): Environment {
    return { ...this.#options.marks }
  }

  /** The job is over: what ends now was ended by us. */
  get isEnding(): boolean {
    return this.#isEnding
  }

  /** The program's strays stay until `end`. Fault `process.not_started`. */
  async start(start: Start): Promise<Child> {
    const { argv, cwd, signal, stdout, stderr, step } = start
    const child = await startChild({
      argv,
      cwd,
      signal: AbortSignal.any([signal, this.#over.signal]),
      env: { ...start.env, ...this.#options.marks, SIGNALBOX_STEP: step },
      stdout: (bytes) => stdout.push(bytes),
      stderr: (bytes) => stderr.push(bytes),
      limitMs: Number.POSITIVE_INFINITY, // the steps' own wrappers hold the limits
      keepGroup: true,
      end: () => this.end(step),
      clock: this.#options.clock,
    })
    stepBack(child.pid)
    this.#started.push({ child, start })
    await appendText(sessionsIn(this.#options.places), `${child.pid} ${child.startTime}\n`)
    return child
  }

  /** Ends what one step started, or everything. */
  async end(step?: string): Promise<void> {
    const { graceMs, clock, log, marks } = this.#options
    if (step === undefined) this.#isEnding = true
    const left = await endProcesses({ find: () => this.#find(step), graceMs, clock })
    if (left.length > 0) log.warn('processes would not die', { ...marks, pids: left.map(({ pid }) => pid) })
  }

  /** After `end`: takes what was still on its way into the log. */
  async close(): Promise<void> {
    this.#over.abort() // Should one not have died, nobody waits for it any longer.
    for (const { child, start } of this.#started) {
      await child.result
      await child.close()
      start.stdout.end()
      start.stderr.end()
    }
  }

  async #find(step?: string): Promise<readonly ProcessInfo[]> {
    const table = await processTable()
    const started = this.#started.filter(({ start }) => step === undefined || start.step === step)
    const marks = { ...this.#options.marks, ...(step === undefined ? {} : { SIGNALBOX_STEP: step }) }
    const marked = await findByMarks(marks, table)
    return findOwn(table, { marked, sessions: started.map(({ child }) => child), root: this.#options.places.root })
  }
}

export interface Own {
  readonly marked: readonly ProcessInfo[]
  readonly sessions: readonly ProcessId[]
  readonly root: string
}

/**
 * What belongs to a job: by its marks, by its session, or, when it has shed both and its parent, by the folder it works
 * in; and everything that those started.
 */
export async function findOwn(table: readonly ProcessInfo[], own: Own): Promise<readonly ProcessInfo[]> {
  const sessions = new Set(own.sessions.map(({ pid }) => pid))
  const found = [
    ...own.marked,
    ...table.filter(({ session }) => sessions.has(session)),
    ...(await orphansIn(own.root, table)),
  ]
  return withDescendants(found, table)
}

export function sessionsIn(places: Places): string {
  return join(places.own, 'sessions')
}

/** Only those whose parent has gone: a person who looks around in the folder has a terminal for a parent. */
async function orphansIn(root: string, table: readonly ProcessInfo[]): Promise<readonly ProcessInfo[]> {
  const orphans = table.filter(({ parent }) => parent === 1)
  const folders = await Promise.all(orphans.map(({ pid }) => workingDirectoryOf(pid)))
  return orphans.filter((_, index) => `${folders[index]}/`.startsWith(`${root}/`))
}
