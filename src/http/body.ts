import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'

/** What a body may cost. */
export interface BodyLimits {
  readonly clock: Clock
  readonly limitBytes?: number
  readonly limitMs?: number
}

const LIMIT_BYTES = 1024 * 1024
const LIMIT_MS = 15_000

/** The JSON a request carries; undefined when its body is empty. Faults `request.*`. */
export async function jsonOf(request: Request, limits: BodyLimits): Promise<unknown> {
  const text = await textOf(request, limits)
  if (text === '') return undefined
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json(\s*;|$)/i.test(type)) throw new Fault('request.media_type', { details: { type } })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('request.invalid', { details: { problem: 'the body is not valid JSON' }, cause })
  }
}

async function textOf({ body, headers, signal }: Request, limits: BodyLimits): Promise<string> {
  const { clock, limitBytes = LIMIT_BYTES, limitMs = LIMIT_MS } = limits
  if (body === null) return ''
  if (Number(headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const over = new AbortController()
  const limit = clock.sleep(limitMs, AbortSignal.any([signal, over.signal])).then(() => {
    throw new Fault('request.too_slow', { details: { limitMs } })
  })
  try {
    return await Promise.race([collected(body, limitBytes), limit])
  } finally {
    over.abort()
  }
}

async function collected(body: ReadableStream<Uint8Array>, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > limitBytes) throw tooLarge(limitBytes)
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new Fault('request.invalid', { details: { problem: 'the body is not UTF-8' }, cause })
  }
}

function tooLarge(limitBytes: number): Fault {
  return new Fault('request.too_large', { details: { limitBytes } })
}
