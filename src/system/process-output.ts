import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'

export type OutputHandler = (bytes: Uint8Array) => void | Promise<void>

/** Carries one stream of a program to its handlers, one chunk at a time. */
export interface Pump {
  /** Settles when the stream has ended. */
  readonly done: Promise<void>
  /** Settles only when a handler threw. */
  readonly broken: Promise<void>
  readonly error: unknown
  /** Chunks handled so far. */
  readonly chunks: number
  /** Nothing is being handled: it waits for the program. */
  readonly isWaiting: boolean
  stop(): void
}

export function pump(stream: Readable, handlers: readonly OutputHandler[]): Pump {
  const state = { error: undefined as unknown, isStopped: false, chunks: 0, isWaiting: true }
  const broken = Promise.withResolvers<void>()
  const done = carry(stream, handlers, state).catch((error: unknown) => {
    if (state.isStopped) return // We closed the stream ourselves.
    state.error = error
    broken.resolve()
  })
  return {
    done,
    broken: broken.promise,
    stop: () => {
      state.isStopped = true
      stream.destroy()
    },
    get error() {
      return state.error
    },
    get chunks() {
      return state.chunks
    },
    get isWaiting() {
      return state.isWaiting
    },
  }
}

interface PumpState {
  chunks: number
  isWaiting: boolean
}

async function carry(stream: Readable, handlers: readonly OutputHandler[], state: PumpState): Promise<void> {
  for await (const chunk of stream) {
    state.isWaiting = false
    state.chunks += 1
    for (const handle of handlers) await handle(chunk as Uint8Array)
    state.isWaiting = true
  }
}

/**
 * Waits until everything a program wrote before its end has been handled. The stream's own end is not enough: a
 * daemon it started may hold it open. So two quiet moments in a row count too; two, as a timer may fire before the
 * bytes that came meanwhile are read, but not twice.
 */
export async function drained(pumps: readonly Pump[], clock: Clock): Promise<void> {
  const over = new AbortController()
  const done = Promise.all(pumps.map((one) => one.done)).finally(() => over.abort())
  for (let quiet = 0; quiet < 2; ) {
    const before = total(pumps)
    await Promise.race([done, quietMoment(clock, over.signal)])
    if (over.signal.aborted) return
    quiet = pumps.every((one) => one.isWaiting) && total(pumps) === before ? quiet + 1 : 0
  }
  over.abort()
}

const QUIET_MS = 50

async function quietMoment(clock: Clock, over: AbortSignal): Promise<void> {
  await clock.sleep(QUIET_MS, over).catch((error: unknown) => {
    if (!over.aborted) throw error
  })
}

function total(pumps: readonly Pump[]): number {
  return pumps.reduce((sum, one) => sum + one.chunks, 0)
}

const TAIL_BYTES = 4_096

/** Keeps the last few kilobytes for the evidence. */
export function tailKeeper(): { readonly add: (bytes: Uint8Array) => void; readonly text: () => string } {
  let kept = Buffer.alloc(0)
  return {
    add: (bytes) => {
      const last = bytes.length > TAIL_BYTES ? bytes.subarray(bytes.length - TAIL_BYTES) : bytes
      kept = Buffer.concat([kept, last])
      if (kept.length > TAIL_BYTES) kept = Buffer.from(kept.subarray(kept.length - TAIL_BYTES))
    },
    text: () => kept.toString('utf8'),
  }
}
