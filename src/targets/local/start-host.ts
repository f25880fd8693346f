import { join } from 'node:path'
import { type Hello, noSpaceExit, protocolVersion } from '../../host/protocol.ts'
import type { Clock } from '../../lib/clock.ts'
import { Fault } from '../../lib/fault.ts'
import type { Log } from '../../lib/log.ts'
import { makeDirectory } from '../../system/files.ts'
import { ownProgram } from '../../system/own-files.ts'
import { startChild } from '../../system/process.ts'
import { systemPath } from '../../system/programs.ts'
import { lastLines } from '../../system/tail.ts'
import { askHost, isGone, unreachable } from './host-client.ts'

export interface HostPlace {
  /** The host's own directory. */
  readonly dir: string
  /** `HOST:PORT` where the edge takes visitors; port 0 for any that is free. */
  readonly listen: string
  /** How many edge workers share the visitors. */
  readonly edges: number
  /** Ports for instances, `FIRST-LAST`. */
  readonly ports: string
  /** Where Node keeps compiled code, so that a host or an edge worker is back soon. Must be closed to others. */
  readonly compileCache: string
  readonly clock: Clock
  readonly log: Log
}

const START_MS = 20_000
const LOOK_MS = 10
/** For a host that somebody else has started to answer. */
const OTHER_MS = 1000
const HELLO_MS = 5000

/**
 * Makes sure that a host of our kind runs, and tells who it is. One that runs is left alone; one of another version, or
 * that listens elsewhere or with more or fewer workers, is told to end, which its instances do not notice. Fault `target.unreachable`.
 */
export async function ensureHost(place: HostPlace, signal: AbortSignal): Promise<Hello> {
  const { dir, clock, log } = place
  const found = await helloOf(place, signal)
  if (found !== null && fits(found, place)) return found
  if (found !== null) {
    log.info('host is replaced', { host: found.pid, version: found.version, listen: found.listen })
    await retire(dir, signal)
  }
  let started = await start(place)
  for (const end = clock.monotonic() + START_MS; clock.monotonic() < end; await clock.sleep(LOOK_MS, signal)) {
    const hello = await helloOf(place, signal)
    if (hello !== null && hello.pid !== found?.pid) {
      // One that somebody else started was first; ours sees that and ends. Later it could take it for gone.
      if (hello.pid !== started.pid) await started.ended
      return hello
    }
    if (started.fault !== null) throw started.fault
    // Ours ended in favour of another, which then has not come up itself.
    if (started.endedMs !== null && clock.monotonic() - started.endedMs > OTHER_MS) started = await start(place)
  }
  throw unreachable(`the host did not answer within ${START_MS} ms; its log is ${logOf(dir)}`)
}

/** Tells the host to end; its instances and edge workers stay. */
async function retire(dir: string, signal: AbortSignal): Promise<void> {
  try {
    await askHost({ dir, verb: 'retire', ask: null }, signal)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** Null when there is no host, it has just died, or it does not answer in time. */
async function helloOf({ dir, clock }: HostPlace, signal: AbortSignal): Promise<Hello | null> {
  const late = new AbortController()
  const done = new AbortController()
  const timer = clock.sleep(HELLO_MS, done.signal).then(() => late.abort(new Error('the host does not answer')))
  void Promise.allSettled([timer])
  try {
    return await askHost({ dir, verb: 'hello', ask: null }, AbortSignal.any([signal, late.signal]))
  } catch (error) {
    signal.throwIfAborted()
    if (isGone(error) || late.signal.aborted) return null
    throw error
  } finally {
    done.abort()
  }
}

function fits(hello: Hello, { listen, edges }: HostPlace): boolean {
  const isSame = listen.endsWith(':0') ? hello.listen.startsWith(listen.slice(0, -1)) : hello.listen === listen
  return hello.version === protocolVersion && hello.edges === edges && isSame
}

/** In a session of its own, so that it stays when we end. It writes its own log; ours only tells that it was started. */
async function start({ dir, listen, edges, ports, compileCache, clock, log }: HostPlace): Promise<Started> {
  await makeDirectory(dir, 0o700)
  const words = ['--data', dir, '--listen', listen, '--edges', String(edges), '--ports', ports]
  const child = await startChild({
    argv: [process.execPath, ownProgram('host'), ...words],
    env: { PATH: systemPath, NODE_COMPILE_CACHE: compileCache },
    stdout: { appendTo: logOf(dir) },
    stderr: { appendTo: logOf(dir) },
    limitMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal, // It is not ours to end.
    keepGroup: true,
    outlivesUs: true,
  })
  log.info('host started', { host: child.pid, dir })
  const started: Writable<Started> = {
    pid: child.pid,
    fault: null,
    endedMs: null,
    ended: child.result.then(() => {}),
  }
  const note = async () => {
    const { exitCode } = await child.result
    started.endedMs = clock.monotonic()
    // With 0 it ended in favour of another host that was started at the same time.
    if (exitCode === noSpaceExit) started.fault = new Fault('disk.full', { details: { path: dir } })
    else if (exitCode !== 0) started.fault = unreachable((await lastLines(logOf(dir), 3)).join(' | '))
  }
  void Promise.allSettled([note(), started.ended])
  return started
}

interface Started {
  readonly pid: number
  /** Why it has ended, when that is a failure. */
  readonly fault: Fault | null
  /** Monotonic time; null while it runs. */
  readonly endedMs: number | null
  readonly ended: Promise<void>
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function logOf(dir: string): string {
  return join(dir, 'host.log')
}
