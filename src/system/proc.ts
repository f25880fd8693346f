import { readFileSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import type { Clock } from '../lib/clock.ts'
import { codeOf } from './errors.ts'

/** A process for ever: the number alone may be given to another one later, number and start time together may not. */
export interface ProcessId {
  readonly pid: number
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  readonly startTime: number
}

/** One line of the process table. */
export interface ProcessInfo extends ProcessId {
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Ended, but its parent has not looked yet. */
  readonly isZombie: boolean
}

/** What /proc says of one process now; null when there is none. */
export async function inspect(pid: number): Promise<ProcessInfo | null> {
  try {
    return parseStat(pid, await readFile(`/proc/${pid}/stat`, 'latin1'))
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

/** When a process was started; null when it has ended, also while it is a zombie. */
async function startTimeOf(pid: number): Promise<number | null> {
  const found = await inspect(pid)
  return found === null || found.isZombie ? null : found.startTime
}

/** When our own child was started; call it right after the start, before Node can have looked at its end. */
export function startTimeNow(pid: number): number {
  return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'latin1')).startTime
}

/** Whether this very process still runs. */
export async function isAlive(id: ProcessId): Promise<boolean> {
  return (await startTimeOf(id.pid)) === id.startTime
}

export interface Used {
  readonly memoryBytes: number
  readonly cpuMs: number
}

/** What a process and all it has started take together, as far as they are still there. */
export async function usedBy(pid: number): Promise<Used> {
  const own = parseUsed(await readOwn(`/proc/${pid}/stat`, 'latin1'))
  const children = (await readOwn(`/proc/${pid}/task/${pid}/children`)).split(' ').filter((name) => name !== '')
  const all = [own, ...(await Promise.all(children.map((child) => usedBy(Number(child)))))]
  return {
    memoryBytes: all.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  }
}

/** Linux counts a process's time in hundredths of a second, and its memory in pages. */
export const tickMs = 10
const pageBytes = 4096

function parseUsed(stat: string): Used {
  const field = fieldsOf(stat)
  return stat === ''
    ? { memoryBytes: 0, cpuMs: 0 }
    : { memoryBytes: field(24) * pageBytes, cpuMs: (field(14) + field(15)) * tickMs }
}

/** Every process of the machine but zombies. */
export async function processTable(): Promise<readonly ProcessInfo[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(names.map((name) => inspect(Number(name))))
  return found.filter((info) => info !== null && !info.isZombie) as ProcessInfo[]
}

/** The environment a process was started with; empty when it is gone or not ours to see. */
export async function environOf(pid: number): Promise<ReadonlyMap<string, string>> {
  const text = await readOwn(`/proc/${pid}/environ`)
  const entries = text.split('\0').filter((entry) => entry.includes('='))
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]))
}

/** The folder a process works in; null when it is gone or not ours to see. */
export async function workingDirectoryOf(pid: number): Promise<string | null> {
  try {
    return await readlink(`/proc/${pid}/cwd`)
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return null
    throw error
  }
}

/** Processes whose environment has all these variables with these values; of the table given, or of the machine now. */
export async function findByMarks(
  marks: Readonly<Record<string, string>>,
  given?: readonly ProcessInfo[],
): Promise<readonly ProcessInfo[]> {
  const table = given ?? (await processTable())
  const matches = await Promise.all(table.map((info) => hasMarks(info.pid, marks)))
  return table.filter((_, index) => matches[index])
}

async function hasMarks(pid: number, marks: Readonly<Record<string, string>>): Promise<boolean> {
  return carriesMarks(await readOwn(`/proc/${pid}/environ`), marks)
}

/** Whether an environment, as the kernel tells it, has all these variables with these values. */
export function carriesMarks(environ: string, marks: Readonly<Record<string, string>>): boolean {
  return Object.entries(marks).every(([name, value]) => `\0${environ}`.includes(`\0${name}=${value}\0`))
}

/** The processes given and everything they started, as far as parents are still there. */
export function withDescendants(found: readonly ProcessInfo[], table: readonly ProcessInfo[]): readonly ProcessInfo[] {
  const taken = new Map(found.map((info) => [info.pid, info]))
  addDescendants(taken, table)
  return [...taken.values()]
}

/** Puts into the first, by number, whatever those in it have started. */
export function addDescendants<T extends { readonly pid: number; readonly parent: number }>(
  taken: Map<number, T>,
  table: Iterable<T>,
): void {
  const all = [...table]
  for (let before = -1; before !== taken.size; ) {
    before = taken.size
    for (const each of all) if (taken.has(each.parent)) taken.set(each.pid, each)
  }
}

/** Changes with every start of the machine: process numbers of another start mean nothing. */
export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim()
}

export interface EndOptions {
  /** Looks for what is to be ended; asked again and again, so that what forks meanwhile is found too. */
  readonly find: () => Promise<readonly ProcessInfo[]>
  /** From SIGTERM to SIGKILL; 0 kills at once. */
  readonly graceMs: number
  readonly clock: Clock
  /** How long to go on after the first SIGKILL before giving up; default 5 s. */
  readonly limitMs?: number
}

/** Ends what `find` finds: SIGTERM, grace, SIGKILL until nothing is found. Gives what would not die, normally nothing. */
export async function endProcesses(options: EndOptions): Promise<readonly ProcessInfo[]> {
  const { find, graceMs, clock, limitMs = 5_000 } = options
  if (graceMs > 0) {
    const asked = new Set<number>()
    const left = await repeat({ find, clock, limitMs: graceMs }, (info) => askOnce(info, asked))
    if (left.length === 0) return left
  }
  return repeat({ find, clock, limitMs }, (info) => send(info.pid, 'SIGKILL'))
}

function askOnce(info: ProcessInfo, asked: Set<number>): void {
  if (asked.has(info.pid)) return
  asked.add(info.pid)
  send(info.pid, 'SIGTERM')
  // A stopped process sees SIGTERM only when it goes on.
  send(info.pid, 'SIGCONT')
}

async function repeat(
  options: Omit<EndOptions, 'graceMs'> & { readonly limitMs: number },
  act: (info: ProcessInfo) => void,
): Promise<readonly ProcessInfo[]> {
  const end = options.clock.monotonic() + options.limitMs
  for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
    const left = await options.find()
    if (left.length === 0) return left
    for (const info of left) act(info)
    const leftMs = end - options.clock.monotonic()
    if (leftMs <= 0) return left
    await options.clock.sleep(Math.min(wait, leftMs))
  }
}

/** Whether a process group has members; zombies count. Far cheaper than a look at the process table. */
export function isGroupThere(group: number): boolean {
  try {
    process.kill(-group, 0)
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
    return code === 'EPERM'
  }
}

/** Sends a signal; a process that is gone is fine. A negative number means its whole group. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

/** The name in the second field may hold spaces and brackets; what we want stands after its last bracket. */
export function fieldsOf(stat: string): (number: number) => number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (number) => Number(fields[number - 3])
}

function parseStat(pid: number, stat: string): ProcessInfo {
  const field = fieldsOf(stat)
  const [state = ''] = stat.slice(stat.lastIndexOf(')') + 2)
  return {
    pid,
    parent: field(4),
    group: field(5),
    session: field(6),
    startTime: field(22),
    isZombie: state === 'Z' || state === 'X',
  }
}

async function readOwn(path: string, encoding: 'utf8' | 'latin1' = 'utf8'): Promise<string> {
  try {
    return await readFile(path, encoding)
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return ''
    throw error
  }
}

function isGone(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ESRCH'
}

function isForbidden(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'EACCES' || code === 'EPERM'
}
