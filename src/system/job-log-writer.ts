import type { FileHandle } from 'node:fs/promises'
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/fault.ts'
import { type JobLogOrigin, jobLogPrefix } from '../lib/job-log.ts'
import type { Log } from '../lib/log.ts'
import type { Redactor } from '../lib/redact.ts'
import { codeOf } from './errors.ts'
import { LineComposer } from './job-log-lines.ts'

/** Takes what one stream of one step prints. */
export interface JobLogSink {
  /** A promise when more has come than can be written: wait for it before the next call. */
  push(bytes: Uint8Array): Promise<void> | undefined
  /** The stream is over: a last line without an end is kept too. */
  end(): void
}

export interface JobLogWriterOptions {
  readonly file: FileHandle
  /** Whole lines that are in the file already. */
  readonly size: number
  /** Output beyond this size of the file is not kept; a marker says so. */
  readonly maxBytes: number
  readonly redactor: Redactor
  readonly clock: Clock
  readonly log: Log
  /** There is more to read. */
  readonly onChange: () => void
  readonly onClose: () => void
}

/** So much may wait for the disk before programs are held back. */
const MOST_PENDING_BYTES = 1024 * 1024
/** What Signalbox itself says still finds room in a full log. */
const RESERVE_BYTES = 64 * 1024

/**
 * Writes one attempt's log: masked, in whole lines, as they come. Lines of all streams share one queue, so the file has
 * them in the order they came. It never rejects: what cannot be written is counted, and a line says so when writing works again.
 */
export class JobLogWriter {
  readonly #options: JobLogWriterOptions
  readonly #started: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  #writing: Promise<void> | null = null
  #size: number
  #lostBytes = 0
  #overBytes = 0
  #isClosed = false

  constructor(options: JobLogWriterOptions) {
    this.#options = options
    this.#started = options.clock.monotonic()
    this.#size = options.size
  }

  /** How much of the file is whole lines: readers go no further. */
  get size(): number {
    return this.#size
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** A line of Signalbox's own. */
  say(text: string, step: number | null = null): void {
    const origin = { step, stream: 's' } as const
    const composer = new LineComposer()
    this.#append(composer.push(Buffer.from(`${this.#options.redactor.text(text)}\n`), this.#prefix(origin)), 'ours')
  }

  /** The label stands in front of each line's text, for streams that a step's number does not tell apart. */
  sink(origin: JobLogOrigin, label = ''): JobLogSink {
    const masking = this.#options.redactor.stream()
    const composer = new LineComposer()
    const prefix = () => this.#prefix(origin) + label
    return {
      push: (bytes) => this.#take(composer.push(masking.push(bytes), prefix())),
      end: () => {
        this.#append(composer.push(masking.end(), prefix()), 'output')
        this.#append(composer.end(prefix()), 'output')
      },
    }
  }

  /** Resolves when everything said so far is in the file, or counted as lost. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  async close(): Promise<void> {
    if (this.#overBytes > 0) this.say(`the log was full: ${this.#overBytes} more bytes were not kept`)
    await this.flush()
    if (this.#lostBytes > 0) this.#options.log.warn('job log has a gap', { lostBytes: this.#lostBytes })
    await this.#options.file.close()
    this.#isClosed = true
    this.#options.onClose()
    this.#options.onChange()
  }

  #prefix(origin: JobLogOrigin): string {
    return jobLogPrefix(this.#options.clock.monotonic() - this.#started, origin)
  }

  #take(lines: Buffer): Promise<void> | undefined {
    this.#append(lines, 'output')
    return this.#pendingBytes > MOST_PENDING_BYTES ? this.flush() : undefined
  }

  #append(lines: Buffer, whose: 'ours' | 'output'): void {
    const kept = this.#fit(lines, whose)
    if (kept.length === 0) return
    this.#pending.push(kept)
    this.#pendingBytes += kept.length
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null
    })
  }

  #fit(lines: Buffer, whose: 'ours' | 'output'): Buffer {
    const room = this.#options.maxBytes + (whose === 'ours' ? RESERVE_BYTES : 0) - this.#size - this.#pendingBytes
    if (lines.length <= room) return lines
    if (whose === 'ours') return lines.subarray(0, 0)
    const fitting = room <= 0 ? 0 : lines.lastIndexOf(0x0a, room - 1) + 1
    const isFirst = this.#overBytes === 0
    this.#overBytes += lines.length - fitting
    const kept = lines.subarray(0, fitting)
    return isFirst ? Buffer.concat([kept, this.#marker(`the log is full at ${this.#options.maxBytes} bytes`)]) : kept
  }

  #marker(text: string): Buffer {
    return Buffer.from(`${this.#prefix({ step: null, stream: 's' })}${text}\n`)
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#lostBytes === 0 ? this.#pending : [this.#gapMarker(), ...this.#pending]
      const bytes = this.#pendingBytes
      this.#pending = []
      await this.#write(Buffer.concat(batch), bytes)
      this.#pendingBytes -= bytes
      this.#options.onChange()
    }
  }

  #gapMarker(): Buffer {
    return this.#marker(`${this.#lostBytes} bytes of the log are missing here: they could not be written`)
  }

  async #write(lines: Buffer, bytes: number): Promise<void> {
    const { file, log } = this.#options
    try {
      for (let at = 0; at < lines.length; ) {
        at += (await file.write(lines, at, lines.length - at, this.#size + at)).bytesWritten
      }
      this.#size += lines.length
      this.#lostBytes = 0
    } catch (error) {
      if (this.#lostBytes === 0) log.warn('job log cannot be written', { code: codeOf(error), error: messageOf(error) })
      this.#lostBytes += bytes
      await this.#takeBackHalfWritten()
    }
  }

  /** Gives its space back too. A read never goes beyond `size`, so nobody has seen what is cut off. */
  async #takeBackHalfWritten(): Promise<void> {
    await this.#options.file.truncate(this.#size).catch((error: unknown) => {
      this.#options.log.warn('job log cannot be cut back', { error: messageOf(error) })
    })
  }
}
