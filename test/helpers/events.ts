import assert from 'node:assert/strict'
import { decodeEvents, type StreamEvent } from '../../src/api/sse.ts'
import type { TestApi } from './api-server.ts'

/** Somebody who listens to a stream of events. */
export interface Listener {
  /** The next so many; fewer when the stream ends before. */
  take(count: number): Promise<StreamEvent[]>
  /** All that come until the stream ends. */
  rest(): Promise<readonly StreamEvent[]>
  leave(): void
}

/** By a cookie in the headers, or with a token. */
export async function listen(
  api: TestApi,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  token: string | null = null,
): Promise<Listener> {
  const gone = new AbortController()
  const answer = await api.send('GET', path, { token, headers, signal: gone.signal })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
  // Taken now: a body that nobody has begun to read is cancelled when its answer is collected as garbage, and then it is empty.
  const events = decodeEvents((answer.body ?? ReadableStream.from([])).values())
  return {
    async take(count) {
      const taken: StreamEvent[] = []
      while (taken.length < count) {
        const next = await events.next()
        if (next.done === true) break
        taken.push(next.value)
      }
      return taken
    },
    rest: () => Array.fromAsync(events),
    leave: () => gone.abort(),
  }
}
