import { type ClientRequest, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { guardedLookup, mustBeReachable, type Reachable } from './networks.ts'

export interface HttpPost {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isReachable: Reachable
}

export interface PostAnswer {
  readonly status: number
  /** As the other side wrote it. */
  readonly retryAfter: string | null
  /** The beginning of the body, as text: evidence, not content. */
  readonly start: string
}

const startBytes = 300

/**
 * One POST on a connection of its own. Redirects are not followed, and of the answer no more is read than is kept: what
 * comes after it may be as long as it likes. Rejects with a Fault when the address may not be reached, otherwise with the
 * system's error or the signal's reason.
 */
export async function httpPost(wish: HttpPost, signal: AbortSignal): Promise<PostAnswer> {
  signal.throwIfAborted()
  mustBeReachable(wish.url.hostname, wish.isReachable)
  return new Promise((resolve, reject) => {
    const outgoing = begin(wish)
    const onAbort = () => end(() => reject(signal.reason))
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort)
      settle()
      outgoing.destroy()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    outgoing.on('error', (error) => end(() => reject(error)))
    outgoing.on('response', (incoming) => {
      const kept: Buffer[] = []
      let bytes = 0
      const status = incoming.statusCode ?? 0
      const retryAfter = incoming.headers['retry-after'] ?? null
      const told = () =>
        end(() => resolve({ status, retryAfter, start: Buffer.concat(kept).toString('utf8').slice(0, startBytes) }))
      incoming.on('data', (chunk: Buffer) => {
        kept.push(chunk.subarray(0, startBytes - bytes))
        bytes += chunk.length
        if (bytes >= startBytes) told()
      })
      incoming.on('error', (error) => end(() => reject(error)))
      incoming.on('end', told)
    })
    outgoing.end(wish.body)
  })
}

function begin({ url, headers, body, isReachable }: HttpPost): ClientRequest {
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest
  return send(url, {
    method: 'POST',
    agent: false,
    lookup: guardedLookup(isReachable),
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' },
    maxHeaderSize: 16 * 1024,
  })
}
