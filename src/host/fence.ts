import { join } from 'node:path'
import { Fault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { makeDirectory, namesIn } from '../system/files.ts'
import type { Order } from '../targets/driver.ts'
import type { Layout } from './layout.ts'
import { RecordFile } from './records.ts'

interface Newest {
  readonly track: string
  readonly number: number
}

interface Passage {
  readonly number: number
  readonly controller: AbortController
}

/**
 * Lets no command pass whose number is lower than the newest of its track. The number is stored before the command
 * has any effect, so a late command of a dead or paused server is refused after our own restart too.
 */
export class Fence {
  readonly #layout: Layout
  readonly #newest = new Map<string, number>()
  readonly #stored = new Map<string, number>()
  readonly #files = new Map<string, RecordFile<Newest>>()
  readonly #inside = new Map<string, Set<Passage>>()

  private constructor(layout: Layout) {
    this.#layout = layout
  }

  static async open(layout: Layout, log: Log): Promise<Fence> {
    const fence = new Fence(layout)
    for (const folder of await namesIn(layout.tracks)) {
      const file = new RecordFile<Newest>(join(layout.tracks, folder, 'fence.json'))
      const newest = await file.read(log)
      if (newest === null) continue
      fence.#newest.set(newest.track, newest.number)
      fence.#stored.set(newest.track, newest.number)
      fence.#files.set(newest.track, file)
    }
    return fence
  }

  /**
   * Does the work of a command. Its signal is aborted with Fault `target.fenced` as soon as a newer command of the track
   * comes, and with the outer signal's reason.
   */
  async pass<T>(order: Order, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#refuseLate(order)
    const passage = this.#admit(order)
    try {
      await this.#store(order)
      const signal = AbortSignal.any([outer, passage.controller.signal])
      signal.throwIfAborted()
      return await work(signal)
    } finally {
      this.#inside.get(order.track)?.delete(passage)
    }
  }

  #refuseLate(order: Order): void {
    const newest = this.#newest.get(order.track) ?? 0
    if (order.number < newest) throw fenced(order, newest)
  }

  #admit(order: Order): Passage {
    const inside = this.#inside.get(order.track) ?? new Set()
    this.#inside.set(order.track, inside)
    for (const passage of inside) {
      const late = { track: order.track, number: passage.number }
      if (passage.number < order.number) passage.controller.abort(fenced(late, order.number))
    }
    const passage = { number: order.number, controller: new AbortController() }
    inside.add(passage)
    return passage
  }

  async #store({ track, number }: Order): Promise<void> {
    this.#newest.set(track, number)
    if ((this.#stored.get(track) ?? 0) >= number) return
    const file = this.#files.get(track) ?? new RecordFile<Newest>(join(this.#layout.track(track), 'fence.json'))
    this.#files.set(track, file)
    await makeDirectory(this.#layout.track(track), 0o700)
    await file.write({ track, number })
    this.#stored.set(track, Math.max(number, this.#stored.get(track) ?? 0))
  }
}

function fenced(order: Order, newest: number): Fault {
  return new Fault('target.fenced', { details: { track: order.track, number: order.number, newest } })
}
