import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { appendText, isDiskFull } from '../system/files.ts'
import { emptyFile, lengthOf, setRoomAside } from '../system/room.ts'

const roomBytes = 1024 * 1024
/** Below this, lines make way for those to come. */
const leastBytes = roomBytes / 4

/**
 * Keeps room in the logs of instances, because most programs die when they cannot print: a full disk would end what
 * serves. When there is no room to be had, the lines that are there make way.
 */
export class LogRoom {
  readonly #log: Log
  /** How long each log was when room was last made, and where that room ends. */
  readonly #made = new Map<string, { readonly length: number; readonly end: number }>()

  constructor(log: Log) {
    this.#log = log
  }

  /** To be called before its writer starts, and again and again while it runs. */
  async keep(path: string): Promise<void> {
    const [length, made] = [await lengthOf(path), this.#made.get(path)]
    const isEnough = made !== undefined && length >= made.length && made.end - length > roomBytes / 2
    if (isEnough || (await this.#make(path, length, roomBytes)) || (await this.#make(path, length, leastBytes))) return
    if (length < leastBytes) return
    await emptyFile(path)
    this.#log.warn('a log was emptied, because the disk is full', { path, bytes: length })
    await appendText(path, `[signalbox] ${length} bytes of the log are missing here, because the disk was full\n`)
    await this.#make(path, await lengthOf(path), leastBytes)
  }

  forget(path: string): void {
    this.#made.delete(path)
  }

  async #make(path: string, length: number, bytes: number): Promise<boolean> {
    try {
      await setRoomAside(path, { from: length, bytes })
    } catch (error) {
      if (isDiskFull(error)) return false
      this.#log.warn('no room can be kept in a log', { path, problem: messageOf(error), error })
    }
    this.#made.set(path, { length, end: length + bytes })
    return true
  }
}
