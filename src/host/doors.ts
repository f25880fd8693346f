import { join } from 'node:path'
import type { Log } from '../lib/log.ts'
import { makeDirectory, namesIn } from '../system/files.ts'
import type { Door } from '../targets/driver.ts'
import type { Layout } from './layout.ts'
import { RecordFile } from './records.ts'

interface Entry {
  readonly track: string
  readonly door: Door
}

const noDoor: Door = { version: 0, users: [], maintenance: null }

/** The door of each track, kept on disk: who comes in outlives us as whom visitors reach does. */
export class Doors {
  readonly #layout: Layout
  readonly #entries = new Map<string, Entry>()
  /** Changes are stored one after the other, so that the newest is what stays. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(layout: Layout) {
    this.#layout = layout
  }

  static async open(layout: Layout, log: Log): Promise<Doors> {
    const doors = new Doors(layout)
    for (const folder of await namesIn(layout.tracks)) {
      const entry = await new RecordFile<Entry>(join(layout.tracks, folder, 'door.json')).read(log)
      if (entry !== null) doors.#entries.set(entry.track, entry)
    }
    return doors
  }

  of(track: string): Door {
    return this.#entries.get(track)?.door ?? noDoor
  }

  /** Resolves when it would survive a power loss; whether it was news. */
  set(track: string, door: Door): Promise<boolean> {
    const mine = this.#last.then(() => this.#set(track, door))
    this.#last = Promise.allSettled([mine])
    return mine
  }

  async #set(track: string, door: Door): Promise<boolean> {
    if (door.version <= this.of(track).version) return false
    const folder = this.#layout.track(track)
    await makeDirectory(folder, 0o700)
    await new RecordFile<Entry>(join(folder, 'door.json')).write({ track, door })
    this.#entries.set(track, { track, door })
    return true
  }
}
