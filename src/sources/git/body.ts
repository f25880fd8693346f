import type { Clock } from '../../lib/clock.ts'
import { Fault } from '../../lib/fault.ts'

export interface BodyLimits {
  readonly mostBytes: number
  /** How long the client may send nothing. */
  readonly idleMs: number
  readonly clock: Clock
  /** The client went away. */
  readonly signal: AbortSignal
}

/** A request's body as git should see it: unpacked, and with an end to patience. */
export function bodyOf(
  body: AsyncIterable<Uint8Array>,
  encoding: string | null,
  limits: BodyLimits,
): AsyncIterable<Uint8Array> {
  const arriving = patient(body, limits)
  if (encoding === null || encoding === 'identity') return limited(arriving, limits.mostBytes)
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Fault('request.encoding', { details: { encoding } })
  return limited(unpacked(arriving), limits.mostBytes)
}

/** The same body, and afterwards why it did not end well; null when it did, or when the client left. */
export function watched(body: AsyncIterable<Uint8Array>): {
  readonly body: AsyncIterable<Uint8Array>
  readonly problem: () => string | null
} {
  let problem: string | null = null
  const watch = async function* () {
    try {
      yield* body
    } catch (error) {
      if (error instanceof Fault) problem = error.message
      throw error
    }
  }
  return { body: watch(), problem: () => problem }
}

async function* patient(body: AsyncIterable<Uint8Array>, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  for (;;) {
    const next = await within(limits, iterator.next())
    if (next.done === true) return
    yield next.value
  }
}

/** Gives up on a client that takes or sends nothing for so long, and at once on one that went away. */
export async function within<T>(
  { clock, idleMs, signal }: Pick<BodyLimits, 'clock' | 'idleMs' | 'signal'>,
  work: Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const limit = clock.sleep(idleMs, AbortSignal.any([signal, over.signal])).then(() => {
    throw new Fault('request.too_slow', { details: { idleMs } })
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    over.abort()
  }
}

async function* unpacked(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = ReadableStream.from(copied(body)).pipeThrough(new DecompressionStream('gzip'))
  try {
    yield* stream
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('push.malformed', { details: { problem: 'it is not packed as it says' }, cause })
  }
}

/** The stream insists on bytes that nobody else shares. */
async function* copied(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of body) yield new Uint8Array(chunk)
}

async function* limited(body: AsyncIterable<Uint8Array>, mostBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Fault('request.too_large', { details: { limitBytes: mostBytes } })
    yield chunk
  }
}
