import { connect } from 'node:net'
import type { CommandSpec, HealthProbe } from '../domain/spec.ts'
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/fault.ts'
import { codeOf } from '../system/files.ts'
import { httpGet } from '../system/http-get.ts'
import { problemOf, runChild } from '../system/process.ts'
import { late, within } from './waiting.ts'

/** What is asked, and where. */
export interface Subject {
  readonly probe: Exclude<HealthProbe, { kind: 'process' }>
  /** Loopback addresses the app may have chosen. */
  readonly addresses: readonly string[]
  readonly port: number
  readonly timeoutMs: number
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** The evidence of one probe. */
export interface ProbeResult {
  readonly isPass: boolean
  readonly status?: number
  /** The first bytes of the answer or of what the command printed. */
  readonly answer?: string
  readonly error?: string
  /** Nobody listens there yet. */
  readonly isRefused?: true
  /** Where it answered. */
  readonly address?: string
}

/** Asks once. Never rejects for what the answer is; only with the signal's reason. */
export async function probeOnce(subject: Subject, clock: Clock, signal: AbortSignal): Promise<ProbeResult> {
  const limit = { clock, limitMs: subject.timeoutMs, signal }
  const result = await within(limit, (inner) => ask(subject, inner))
  return result === late ? { isPass: false, error: `no answer within ${subject.timeoutMs} ms` } : result
}

async function ask(subject: Subject, signal: AbortSignal): Promise<ProbeResult> {
  if (subject.probe.kind === 'command') return askCommand(subject.probe.command, subject, signal)
  let result: ProbeResult = { isPass: false, error: 'no address' }
  for (const address of subject.addresses) {
    result = await askAt(address, subject, signal)
    if (!result.isRefused) return result
  }
  return result
}

async function askAt(address: string, subject: Subject, signal: AbortSignal): Promise<ProbeResult> {
  const { probe, port } = subject
  try {
    return probe.kind === 'http'
      ? await askHttp(probe, { address, port }, signal)
      : await askTcp({ address, port }, signal)
  } catch (error) {
    signal.throwIfAborted()
    const isRefused = refusals.has(codeOf(error) ?? '')
    return { isPass: false, error: messageOf(error) || String(codeOf(error)), ...(isRefused && { isRefused }) }
  }
}

/** Nobody listens at this address; another one may do. */
const refusals = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH'])

interface Place {
  readonly address: string
  readonly port: number
}

async function askHttp(
  probe: Extract<HealthProbe, { kind: 'http' }>,
  { address, port }: Place,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const host = probe.host ?? `127.0.0.1:${port}`
  const headers = { host, 'user-agent': 'Signalbox health probe', accept: '*/*', connection: 'close' }
  const { status, start } = await httpGet({ address, port, path: probe.path, headers }, signal)
  return { isPass: isExpected(status, probe.expect), status, answer: start, address }
}

/** Without a list every answer that is no error counts. */
export function isExpected(status: number, expect: readonly number[]): boolean {
  return expect.length === 0 ? status >= 200 && status < 400 : expect.includes(status)
}

async function askTcp({ address, port }: Place, signal: AbortSignal): Promise<ProbeResult> {
  const socket = connect({ host: address, port })
  const onAbort = () => socket.destroy(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return { isPass: true, address }
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
  }
}

async function askCommand(command: CommandSpec, subject: Subject, signal: AbortSignal): Promise<ProbeResult> {
  const argv = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
  const { env, cwd, timeoutMs } = subject
  try {
    const result = await runChild({ argv, env, cwd, limitMs: timeoutMs, graceMs: 0, signal })
    signal.throwIfAborted()
    const isPass = result.ended === 'itself' && result.exitCode === 0
    const answer = result.tail.slice(-200)
    return isPass ? { isPass, answer } : { isPass, answer, error: problemOf(result) }
  } catch (error) {
    signal.throwIfAborted()
    return { isPass: false, error: messageOf(error) }
  }
}
