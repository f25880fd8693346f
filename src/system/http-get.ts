import { request } from 'node:http'

export interface HttpGet {
  /** Where to connect to; the name visitors use goes into `headers.host`. */
  readonly address: string
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The first 200 bytes of the body, as text: evidence, not content. */
  readonly start: string
}

const START_BYTES = 200

/**
 * One GET on a connection of its own, to its end: an answer cut off half-way is an error. Redirects are not followed.
 * Rejects with the system's error, or with the signal's reason.
 */
export async function httpGet(wish: HttpGet, signal: AbortSignal): Promise<HttpAnswer> {
  signal.throwIfAborted()
  const { address: host, port, path, headers } = wish
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, path, headers, agent: false, setDefaultHeaders: true }, (incoming) => {
      const kept: Buffer[] = []
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        if (bytes < START_BYTES) kept.push(chunk.subarray(0, START_BYTES - bytes))
        bytes += chunk.length
      })
      incoming.on('error', fail)
      incoming.on('end', () => {
        const start = Buffer.concat(kept).toString('utf8')
        done(() => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, start }))
      })
    })
    const onAbort = () => fail(signal.reason)
    const done = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    const fail = (error: unknown) =>
      done(() => {
        reject(error)
        outgoing.destroy()
      })
    signal.addEventListener('abort', onAbort, { once: true })
    outgoing.on('error', fail)
    outgoing.end()
  })
}
