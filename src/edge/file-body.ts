import type { OpenFile } from '../system/folder-file.ts'

const pieceBytes = 64 * 1024

export interface FileTaker {
  /** False: the visitor has to be waited for. */
  take(bytes: Buffer): boolean
  /** All of it was given. */
  end(): void
  /** It became shorter under our hands, or could not be read. */
  fail(error: unknown): void
}

/** Gives a part of a file piece by piece, as fast as the visitor takes them and no faster. */
export class FileBody {
  readonly #file: OpenFile
  readonly #taker: FileTaker
  #at: number
  #left: number
  #isReading = false
  #isClosed = false

  constructor(file: OpenFile, part: { readonly from: number; readonly length: number }, taker: FileTaker) {
    this.#file = file
    this.#taker = taker
    this.#at = part.from
    this.#left = part.length
  }

  /** Begins, or goes on when the visitor can take more. */
  pump(): void {
    if (this.#isReading || this.#isClosed) return
    this.#isReading = true
    this.#read().catch((error: unknown) => this.#fail(error))
  }

  /** No more of it is wanted. A read under way is waited for: its number must not become another file's. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (!this.#isReading) this.#release()
  }

  async #read(): Promise<void> {
    while (this.#left > 0 && !this.#isClosed) {
      const bytes = await this.#file.read(this.#at, Math.min(pieceBytes, this.#left))
      if (this.#isClosed) break
      if (bytes.length === 0) throw new Error('the file became shorter while it was sent')
      this.#at += bytes.length
      this.#left -= bytes.length
      if (!this.#taker.take(bytes) && this.#left > 0) {
        this.#isReading = false
        return
      }
    }
    this.#isReading = false
    if (this.#isClosed) {
      this.#release()
      return
    }
    this.close()
    this.#taker.end()
  }

  #fail(error: unknown): void {
    this.#isReading = false
    this.#isClosed = true
    this.#release()
    this.#taker.fail(error)
  }

  #release(): void {
    this.#file.close().catch(() => {}) // Nothing was written, so nothing can be lost.
  }
}
