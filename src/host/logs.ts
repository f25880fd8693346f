import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { isMissing, makeDirectory, namesIn, removeTree } from '../system/files.ts'
import { giveRoomBack } from '../system/room.ts'
import { LineReader, readFrom, tailOf } from '../system/tail.ts'
import { trimLog } from '../system/trim.ts'
import type { InstanceSpec, LogQuery } from '../targets/driver.ts'
import type { Instance } from './instance.ts'
import { folderName, type Layout } from './layout.ts'
import { LogRoom } from './log-room.ts'
import { RecordFile } from './records.ts'

export interface LogsParts {
  readonly layout: Layout
  readonly clock: Clock
  readonly log: Log
  /** Instances of a track that are there now. */
  readonly of: (track: string) => readonly Instance[]
}

/** Told of each line; a promise holds us back until the listener can take more. */
export type TellLine = (instance: string, text: string) => void | Promise<void>

/** Of an instance that is gone and whose log is still there. */
interface Gone {
  readonly instance: string
  readonly process: string
  /** Wall clock. */
  readonly at: number
}

interface Reader {
  readonly path: string
  readonly lines: LineReader
  next: number
}

const LOOK_MS = 100
const TIDY_MS = 5000
const sizes = { limit: 64 * 1024 * 1024, keep: 16 * 1024 * 1024 }
/** Logs of instances that are gone: so many of each track are kept. */
const MOST_KEPT = 20

/** The output of instances. Each has one file, because only so its lines stay in the order they were written. */
export class Logs {
  readonly #parts: LogsParts
  readonly #room: LogRoom

  constructor(parts: LogsParts) {
    this.#parts = parts
    this.#room = new LogRoom(parts.log)
  }

  /** The last lines of every instance, then new ones as they come when `follow`; those of new instances too. */
  async tell({ track, process, lines, follow }: LogQuery, tell: TellLine, signal: AbortSignal): Promise<void> {
    const readers = new Map<string, Reader>()
    const present = this.#names(track, process)
    for (const name of present.length > 0 ? present : await this.#lastGone(track, process)) {
      const path = this.#parts.layout.log(track, name)
      const tail = await tailOf(path, lines)
      // A log that has just been trimmed begins in the file beside it.
      const before = tail.lines.length < lines ? await tailOf(`${path}.old`, lines - tail.lines.length) : { lines: [] }
      for (const line of [...before.lines, ...tail.lines]) await tell(name, line)
      readers.set(name, { path, lines: new LineReader(), next: tail.end })
    }
    while (follow) {
      signal.throwIfAborted()
      const now = this.#names(track, process)
      for (const name of now) this.#discover(readers, track, name)
      for (const [name, reader] of readers) {
        await readOn(name, reader, tell)
        if (!now.includes(name)) readers.delete(name)
      }
      await this.#parts.clock.sleep(LOOK_MS, signal)
    }
  }

  /** Its processes are about to write. */
  async starts({ track, name }: InstanceSpec): Promise<void> {
    const { layout } = this.#parts
    await makeDirectory(layout.logs(track), 0o700)
    await this.#room.keep(layout.log(track, name))
  }

  /** Remembers what its log is of, for as long as that is there. */
  async ended({ track, name, process }: InstanceSpec): Promise<void> {
    const { layout, clock, log } = this.#parts
    try {
      this.#room.forget(layout.log(track, name))
      await giveRoomBack(layout.log(track, name))
      await makeDirectory(layout.logs(track), 0o700)
      await this.#goneFile(track, name).write({ instance: name, process, at: clock.now() })
    } catch (error) {
      log.warn('the end of a log could not be noted', { instance: name, problem: messageOf(error), error })
    }
  }

  /** Deletes the logs of instances that are gone, but for the newest. */
  async keep(track: string): Promise<void> {
    const present = new Set(this.#names(track, null))
    const old = (await this.#gone(track)).filter(({ instance }) => !present.has(instance)).slice(MOST_KEPT)
    for (const { instance } of old) {
      const path = this.#parts.layout.log(track, instance)
      await removeTree(path)
      await removeTree(`${path}.old`)
      await this.#goneFile(track, instance).remove()
    }
  }

  /** Keeps the logs of running instances from filling the disk, and a full disk from keeping them from printing. */
  async lookAfter(instances: () => readonly Instance[], signal: AbortSignal): Promise<never> {
    const { clock, layout, log } = this.#parts
    for (;;) {
      await clock.sleep(TIDY_MS, signal)
      for (const { spec } of instances()) {
        const path = layout.log(spec.track, spec.name)
        try {
          if (await trimLog(path, `${path}.old`, sizes)) log.info('log trimmed', { instance: spec.name })
          await this.#room.keep(path)
        } catch (error) {
          if (isMissing(error)) continue // It has never been started.
          log.warn('log could not be looked after', { instance: spec.name, problem: messageOf(error), error })
        }
      }
    }
  }

  #names(track: string, process: string | null): readonly string[] {
    const found = this.#parts.of(track).filter(({ spec }) => process === null || spec.process === process)
    return found.map(({ spec }) => spec.name)
  }

  #discover(readers: Map<string, Reader>, track: string, name: string): void {
    if (readers.has(name)) return
    readers.set(name, { path: this.#parts.layout.log(track, name), lines: new LineReader(), next: 0 })
  }

  /** When nothing runs, what ran last is what somebody wants to read. */
  async #lastGone(track: string, process: string | null): Promise<readonly string[]> {
    const found = (await this.#gone(track)).filter((gone) => process === null || gone.process === process)
    return found.slice(0, 1).map(({ instance }) => instance)
  }

  /** Newest first. */
  async #gone(track: string): Promise<readonly Gone[]> {
    const { layout, log } = this.#parts
    const folder = layout.logs(track)
    const names = (await namesIn(folder)).filter((name) => name.endsWith('.json'))
    const found = await Promise.all(names.map((name) => new RecordFile<Gone>(join(folder, name)).read(log)))
    return found.filter((gone) => gone !== null).sort((a, b) => b.at - a.at)
  }

  #goneFile(track: string, name: string): RecordFile<Gone> {
    return new RecordFile(join(this.#parts.layout.logs(track), `${folderName(name)}.json`))
  }
}

async function readOn(name: string, reader: Reader, tell: TellLine): Promise<void> {
  for (;;) {
    const { bytes, next } = await readFrom(reader.path, reader.next)
    reader.next = next
    if (bytes.length === 0) return
    for (const line of reader.lines.take(bytes)) await tell(name, line)
  }
}
