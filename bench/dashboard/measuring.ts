import { readFile, writeFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** Where and as whom a browser asks. */
export interface Visitor {
  readonly url: string
  readonly cookie: string
}

export interface Got {
  readonly ms: number
  /** As they came over the wire. */
  readonly bytes: number
  readonly status: number
}

type Headers = Readonly<Record<string, string>>

const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })

/** Asks as a browser does, compressed, over a connection that stays. */
export async function get(visitor: Visitor, path: string, headers: Headers = {}): Promise<Got> {
  const from = performance.now()
  const answer = await open(visitor, path, { 'accept-encoding': 'gzip', ...headers })
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  return { ms: performance.now() - from, bytes, status: answer.statusCode ?? 0 }
}

/** The answer's head; its body comes as it is read. */
export function open({ url, cookie }: Visitor, path: string, headers: Headers = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request(`${url}${path}`, { agent, headers: { cookie, accept: 'text/html', ...headers } }, resolve)
    asking.on('error', reject)
    asking.end()
  })
}

/** Wall clock, with parts of a millisecond. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2
}

export function range(values: readonly number[]): string {
  return `${median(values).toFixed(1).padStart(8)}  (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`
}

export function verdict(value: number, goal: number, unit: string): string {
  return `goal ≤ ${goal} ${unit}: ${value <= goal ? 'met' : 'NOT MET'}`
}

/** Memory of a process in MB: now, and the most since `forgetMost`. */
export async function memoryOf(pid: number): Promise<{ readonly now: number; readonly most: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const inMb = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  return { now: inMb('VmRSS'), most: inMb('VmHWM') }
}

export async function forgetMost(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}

/** Processor time of a process so far, in ms. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) * 10
}

/** Until a process has had little to do for a second. */
export async function quiet(pid: number, limitMs = 180_000): Promise<number> {
  const from = performance.now()
  for (let before = await processorMs(pid); performance.now() - from < limitMs; ) {
    await delay(1_000)
    const after = await processorMs(pid)
    if (after - before < 60) return performance.now() - from
    before = after
  }
  throw new Error('the server never came to rest')
}
