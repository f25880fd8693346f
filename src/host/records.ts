import { dirname } from 'node:path'
import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { readText, removeTree, syncDirectory, writeFileAtomic } from '../system/files.ts'

const LONGEST_RECORD = 32 * 1024 * 1024

/** A JSON value in a file that only we may read (it may hold secrets), written whole or not at all. */
export class RecordFile<T> {
  readonly path: string
  /** Writes go one after the other, so that the newest value is the last one written. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Resolves when the value would survive a power loss. */
  write(value: T): Promise<void> {
    const text = `${JSON.stringify(value)}\n`
    return this.#next(() => writeFileAtomic(this.path, text, { mode: 0o600 }))
  }

  remove(): Promise<void> {
    return this.#next(async () => {
      await removeTree(this.path)
      await syncDirectory(dirname(this.path))
    })
  }

  /** The value, or null when there is none or what is there cannot be read, which is logged. */
  async read(log: Log): Promise<T | null> {
    try {
      const text = await readText(this.path, LONGEST_RECORD)
      return text === null ? null : (JSON.parse(text) as T)
    } catch (error) {
      log.error('a record of the host cannot be read', { path: this.path, problem: messageOf(error), error })
      return null
    }
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work, work)
    this.#queue = done
    return done
  }
}
