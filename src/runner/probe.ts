import type { HealthProbe, ServiceSpec } from '../domain/spec.ts'
import { wordsOf } from '../domain/words.ts'
import { messageOf } from '../lib/fault.ts'
import { httpGet } from '../system/http-get.ts'
import { connectOnce } from '../system/ports.ts'
import { problemOf, runChild } from '../system/process.ts'
import type { JobContext } from './context.ts'
import type { Environment } from './environment.ts'

export interface Probed {
  readonly service: ServiceSpec
  readonly port: number | null
  readonly env: Environment
}

/** Asks a service once. Null when it is ready, otherwise what was wrong, as the end of a sentence. */
export async function probe(job: JobContext, probed: Probed, signal: AbortSignal): Promise<string | null> {
  const limit = new AbortController()
  const over = new AbortController()
  const { timeoutMs } = probed.service.health
  const timer = job.clock.sleep(timeoutMs, over.signal).then(
    () => limit.abort(),
    () => {}, // The answer came first.
  )
  try {
    return await ask(job, probed, AbortSignal.any([signal, limit.signal]))
  } catch (error) {
    return limit.signal.aborted ? `no answer within ${timeoutMs} ms` : messageOf(error)
  } finally {
    over.abort()
    await timer
  }
}

async function ask(job: JobContext, { service, port, env }: Probed, signal: AbortSignal): Promise<string | null> {
  const { probe: wanted } = service.health
  if (wanted.kind === 'process') return 'still within its start period'
  if (wanted.kind === 'command') return askCommand(job, { words: wordsOf(wanted.command), env }, signal)
  if (port === null) return 'it declares no port'
  if (wanted.kind === 'http') return askHttp(wanted, port, signal)
  await connectOnce(port, signal)
  return null
}

type Asked = { readonly words: readonly string[]; readonly env: Environment }

async function askCommand(job: JobContext, { words, env }: Asked, signal: AbortSignal): Promise<string | null> {
  const result = await runChild({
    argv: words,
    cwd: job.places.workspace,
    env: { ...env, ...job.processes.marks },
    limitMs: Number.POSITIVE_INFINITY, // the signal holds the probe's limit
    graceMs: 0,
    signal,
    clock: job.clock,
  })
  return result.ended === 'itself' && result.exitCode === 0 ? null : problemOf(result)
}

async function askHttp(
  wanted: Extract<HealthProbe, { kind: 'http' }>,
  port: number,
  signal: AbortSignal,
): Promise<string | null> {
  const headers = { host: wanted.host ?? `127.0.0.1:${port}`, 'user-agent': 'Signalbox', connection: 'close' }
  const { status } = await httpGet({ address: '127.0.0.1', port, path: wanted.path, headers }, signal)
  const isExpected = wanted.expect.length === 0 ? status >= 200 && status < 400 : wanted.expect.includes(status)
  return isExpected ? null : `it answered ${status}`
}
