import type { Context } from 'hono'
import { encodeEvent, heartbeat } from '../api/sse.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { Env } from './env.ts'
import type { Sent } from './handlers.ts'
import type { OpenStreams } from './open-streams.ts'
import { errorBody } from './respond.ts'

export interface StreamParts {
  /** Looked at every few seconds: a token that was revoked ends its streams. */
  readonly isStillAdmitted: () => boolean
  readonly openStreams: OpenStreams
  readonly clock: Clock
  readonly log: Log
  readonly stopping: AbortSignal
}

/** How often the token is looked at again. */
const CHECK_MS = 5_000
/** With every so many of those looks something is sent, so that the connection looks alive. */
const LOOKS_A_HEARTBEAT = 3
/** What is held for one viewer. One that reads slower gets later what is stored, and nothing piles up. */
const HELD_BYTES = 256 * 1024
/** A viewer that takes nothing for so long has gone without saying so. */
const STALL_MS = 60_000

/** Events as they come, until theirs or the viewer's end; each stream ends with an event `end` or `error`, or was cut. */
export function eventResponse(
  context: Context<Env>,
  start: (signal: AbortSignal) => AsyncIterable<Sent<unknown>>,
  parts: StreamParts,
): Response {
  const headers = { ...streamHeaders }
  // Nobody would read the events, and nothing would tell that nobody does.
  if (context.req.method === 'HEAD') return new Response(null, { headers })
  const over = new AbortController()
  const requestId = context.get('requestId')
  const viewer = new Viewer(parts.clock)
  const signal = AbortSignal.any([context.req.raw.signal, parts.stopping, over.signal])
  const { outgoing } = context.env
  const carrying = { viewer, events: start(signal), signal, over, parts, requestId }
  parts.openStreams
    .during(() => carry(carrying))
    .catch((error: unknown) => {
      parts.log.debug('stream cut', { requestId, error })
      outgoing.destroy()
    })
  return new Response(viewer.readable, { headers })
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}

/** Where a stream goes: as fast as the viewer reads, and no faster. */
class Viewer {
  readonly readable: ReadableStream<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #clock: Clock
  readonly #encoder = new TextEncoder()
  #hasLeft = false

  constructor(clock: Clock) {
    const held = new ByteLengthQueuingStrategy({ highWaterMark: HELD_BYTES })
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, held)
    this.readable = readable
    this.#writer = writable.getWriter()
    this.#writer.closed.catch(() => {
      this.#hasLeft = true // Whoever writes next is told.
    })
    this.#clock = clock
  }

  get hasLeft(): boolean {
    return this.#hasLeft
  }

  async send(text: string): Promise<void> {
    this.#writer.write(this.#encoder.encode(text)).catch(() => {}) // `ready` below rejects with the same.
    if ((this.#writer.desiredSize ?? 0) <= 0) await this.#room()
  }

  async end(): Promise<void> {
    await this.#writer.close()
  }

  async #room(): Promise<void> {
    const over = new AbortController()
    const stalled = this.#clock.sleep(STALL_MS, over.signal).then(() => {
      throw new Error('the viewer takes nothing')
    })
    await Promise.race([this.#writer.ready, stalled]).finally(() => over.abort())
  }
}

interface Carrying {
  readonly viewer: Viewer
  /** Ends soon after its signal was aborted. */
  readonly events: AsyncIterable<Sent<unknown>>
  readonly signal: AbortSignal
  /** Aborts that signal. */
  readonly over: AbortController
  readonly parts: StreamParts
  readonly requestId: string
}

async function carry(carrying: Carrying): Promise<void> {
  const { viewer, parts, requestId } = carrying
  try {
    await carryEvents(carrying)
    const stopped = parts.stopping.aborted ? new Fault('server.stopping') : null
    await viewer.send(stopped === null ? last('end', {}) : last('error', errorBody(stopped, requestId)))
  } catch (error) {
    if (viewer.hasLeft) throw new Error('the viewer has left', { cause: error })
    if (!(error instanceof Fault)) parts.log.error('stream failed', { requestId, error })
    await viewer.send(last('error', errorBody(error, requestId)))
  }
  await viewer.end()
}

async function carryEvents({ viewer, events, signal, over, parts }: Carrying): Promise<void> {
  const iterator = events[Symbol.asyncIterator]()
  const end = endOf(signal)
  try {
    let next = iterator.next()
    let tick = pause(parts.clock, signal)
    for (let looks = 0; ; ) {
      // The pause first: a stream that always has more must not keep the token from being looked at.
      const what = await Promise.race([end, tick, next])
      if (what === 'end' || (what !== 'tick' && what.done === true)) return
      if (what === 'tick') {
        if (!parts.isStillAdmitted()) throw new Fault('token.invalid')
        looks += 1
        if (looks % LOOKS_A_HEARTBEAT === 0) await viewer.send(heartbeat)
        tick = pause(parts.clock, signal)
      } else {
        await viewer.send(eventOf(what.value))
        next = iterator.next()
      }
    }
  } finally {
    over.abort()
    await iterator.return?.()
  }
}

async function pause(clock: Clock, signal: AbortSignal): Promise<'tick' | 'end'> {
  return clock.sleep(CHECK_MS, signal).then(
    () => 'tick',
    () => 'end', // The only reason not to sleep on.
  )
}

function endOf(signal: AbortSignal): Promise<'end'> {
  if (signal.aborted) return Promise.resolve('end')
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('end'), { once: true }))
}

function eventOf({ id, data }: Sent<unknown>): string {
  return encodeEvent({ id, name: 'message', data: JSON.stringify(data) })
}

function last(name: 'end' | 'error', data: unknown): string {
  return encodeEvent({ id: null, name, data: JSON.stringify(data) })
}
