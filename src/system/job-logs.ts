import { constants } from 'node:fs'
import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { fileNameFor } from '../lib/file-name.ts'
import { type Log, silent } from '../lib/log.ts'
import type { Redactor } from '../lib/redact.ts'
import { diskFault, isMissing, makeDirectory } from './files.ts'
import { JobLogWriter } from './job-log-writer.ts'

/** A piece of a log: whole lines. The next piece begins at byte `next`. */
export interface JobLogPart {
  readonly offset: number
  readonly next: number
  /** Lines as `parseJobLog` (lib/job-log.ts) reads them. */
  readonly text: string
}

/** The logs of jobs: a file per attempt, with lines `<ms> <step> <stream> <text>`, that only grows. */
export interface JobLogs {
  /** Starts or goes on with an attempt's log. Close it; one writer per attempt at a time. */
  open(attempt: string, redactor: Redactor): Promise<JobLogWriter>
  /** Whole lines from byte `offset` on; a negative one counts from the end. Nothing when there is no such log. */
  read(attempt: string, options: { readonly offset: number; readonly limitBytes?: number }): Promise<JobLogPart>
  /** What is there, then what comes, until the log is closed. A slow reader only reads later; nothing piles up for it. */
  follow(attempt: string, options: { readonly offset: number; readonly signal: AbortSignal }): AsyncIterable<JobLogPart>
  /** Bytes that can be read; 0 when there is no such log. */
  size(attempt: string): Promise<number>
  remove(attempt: string): Promise<void>
}

export interface JobLogsOptions {
  readonly directory: string
  readonly clock: Clock
  readonly log?: Log
  /** Largest file; default 1 GiB. */
  readonly maxBytes?: number
}

const GIBIBYTE = 1024 ** 3
/** More than the longest line, so that every read finds an end of a line. */
const READ_BYTES = 256 * 1024

export function openJobLogs(options: JobLogsOptions): JobLogs {
  const { directory, clock, log = silent, maxBytes = GIBIBYTE } = options
  const live = new Map<string, LiveLog>()
  const pathOf = (attempt: string) => `${join(directory, ...attempt.split('/').map(fileNameFor))}.log`
  const sizeOf = async (attempt: string) => live.get(attempt)?.writer.size ?? sizeOfFile(pathOf(attempt))
  const read: JobLogs['read'] = async (attempt, { offset, limitBytes = 0 }) => {
    const size = await sizeOf(attempt)
    return readPart(pathOf(attempt), { offset, size, limitBytes: Math.max(limitBytes, READ_BYTES) })
  }
  return {
    read,
    size: sizeOf,
    follow: (attempt, { offset, signal }) =>
      follow(
        { offset, signal },
        (at) => read(attempt, { offset: at }),
        () => live.get(attempt),
      ),
    remove: (attempt) => rm(pathOf(attempt), { force: true }),
    async open(attempt, redactor) {
      const opened = await openForWriting(pathOf(attempt))
      const waiting = new Set<() => void>()
      const onChange = () => {
        for (const wake of waiting) wake()
      }
      const onClose = () => live.delete(attempt)
      const writer = new JobLogWriter({ ...opened, maxBytes, redactor, clock, log, onChange, onClose })
      live.set(attempt, { writer, waiting })
      return writer
    },
  }
}

/** A log that is being written, and who waits for more of it. */
interface LiveLog {
  readonly writer: JobLogWriter
  readonly waiting: Set<() => void>
}

/** Goes on after the last whole line; one that a killed server left unfinished is ended. */
async function openForWriting(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  await makeDirectory(dirname(path), 0o750)
  try {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640)
    const { size } = await file.stat()
    if (size === 0 || (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] === NEWLINE) return { file, size }
    await file.write('\n', size)
    return { file, size: size + 1 }
  } catch (error) {
    throw diskFault(error, path)
  }
}

const NEWLINE = 0x0a

async function sizeOfFile(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}

interface ReadOptions {
  readonly offset: number
  /** Nothing beyond this is read. */
  readonly size: number
  readonly limitBytes: number
}

async function readPart(path: string, { offset, size, limitBytes }: ReadOptions): Promise<JobLogPart> {
  const from = offset < 0 ? Math.max(0, size + offset) : offset
  if (from >= size) return { offset: from, next: from, text: '' }
  // From the byte before: when no line ends there, the read begins somewhere in a line, and that line is left out.
  const start = Math.max(0, from - 1)
  const bytes = await readBytes(path, start, Math.min(limitBytes + 1, size - start))
  const begin = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
  const lastEnd = bytes.lastIndexOf(NEWLINE) + 1
  const end = start + bytes.length >= size || lastEnd <= begin ? bytes.length : lastEnd
  const text = bytes.toString('utf8', begin, end)
  // Only the last line that a killed server left has no end.
  return { offset: start + begin, next: start + end, text: text === '' || text.endsWith('\n') ? text : `${text}\n` }
}

async function readBytes(path: string, from: number, length: number): Promise<Buffer> {
  try {
    await using file = await open(path, 'r')
    const buffer = Buffer.alloc(length)
    let filled = 0
    for (let read = 1; read > 0 && filled < length; filled += read) {
      read = (await file.read(buffer, filled, length - filled, from + filled)).bytesRead
    }
    return buffer.subarray(0, filled)
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0)
    throw error
  }
}

type Follow = { readonly offset: number; readonly signal: AbortSignal }

async function* follow(
  { offset, signal }: Follow,
  read: (at: number) => Promise<JobLogPart>,
  liveNow: () => LiveLog | undefined,
): AsyncGenerator<JobLogPart> {
  for (let at = offset; !signal.aborted; ) {
    const live = liveNow() // before the read: when it was closed by then, the read saw the end
    const part = await read(at)
    if (part.text !== '') yield part
    else if (live === undefined) return
    else await grown(live, part.next, signal)
    at = part.next
  }
}

/** Resolves when there is more than `size`, when the log is closed, or when the reader has gone. */
async function grown({ writer, waiting }: LiveLog, size: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  waiting.add(resolve)
  const onAbort = () => resolve()
  signal.addEventListener('abort', onAbort)
  if (writer.size > size || writer.isClosed || signal.aborted) resolve()
  await promise
  waiting.delete(resolve)
  signal.removeEventListener('abort', onAbort)
}
