import { open } from 'node:fs/promises'
import { isMissing } from './files.ts'

const CHUNK = 64 * 1024
/** What is shown of one line at most; a line may be a gigabyte long. */
const LONGEST_LINE = 64 * 1024

/** Lines may be long, but looking at the end of a log must stay quick. */
const MOST_READ = 8 * 1024 * 1024

export interface Tail {
  readonly lines: readonly string[]
  /** Where the file ended: whoever goes on reading starts here. */
  readonly end: number
}

/** The last lines of a file, read from its end, so that the size of the file does not matter. None when it is not there. */
export async function tailOf(path: string, count: number): Promise<Tail> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const pieces: Buffer[] = []
    let newlines = 0
    let kept = 0
    for (let at = size; at > 0 && newlines <= count && kept < MOST_READ; ) {
      const length = Math.min(CHUNK, at)
      at -= length
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
      const piece = buffer.subarray(0, bytesRead)
      pieces.unshift(piece)
      newlines += countNewlines(piece)
      kept += bytesRead
    }
    return { lines: lastOf(Buffer.concat(pieces), count), end: size }
  } catch (error) {
    if (isMissing(error)) return { lines: [], end: 0 }
    throw error
  }
}

export async function lastLines(path: string, count: number): Promise<readonly string[]> {
  return (await tailOf(path, count)).lines
}

/** Bytes of a file from `from` on, at most `limit`; `from` starts again at 0 when the file has become shorter. */
export async function readFrom(path: string, from: number, limit = CHUNK): Promise<{ bytes: Buffer; next: number }> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const start = from > size ? 0 : from
    if (start === size) return { bytes: Buffer.alloc(0), next: start }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(limit, size - start)), 0, undefined, start)
    return { bytes: buffer.subarray(0, bytesRead), next: start + bytesRead }
  } catch (error) {
    if (isMissing(error)) return { bytes: Buffer.alloc(0), next: from }
    throw error
  }
}

/** Makes lines of bytes that come in pieces. A line that never ends is told in parts. */
export class LineReader {
  #rest = Buffer.alloc(0)

  take(bytes: Buffer): readonly string[] {
    const all = Buffer.concat([this.#rest, bytes])
    const end = all.lastIndexOf(NEWLINE)
    this.#rest = Buffer.from(all.subarray(end + 1))
    const lines = end === -1 ? [] : textOf(all.subarray(0, end)).split('\n').map(shown)
    if (this.#rest.length < LONGEST_LINE) return lines
    return [...lines, ...this.end()]
  }

  /** What came after the last newline, as a line. */
  end(): readonly string[] {
    const rest = this.#rest
    this.#rest = Buffer.alloc(0)
    return rest.length === 0 ? [] : [shown(textOf(rest))]
  }
}

const NEWLINE = 0x0a

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}

function lastOf(bytes: Buffer, count: number): readonly string[] {
  if (bytes.length === 0 || count <= 0) return []
  const lines = textOf(bytes).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.slice(-count).map(shown)
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8')
}

function shown(line: string): string {
  const plain = line.endsWith('\r') ? line.slice(0, -1) : line
  return plain.length <= LONGEST_LINE ? plain : `${plain.slice(0, LONGEST_LINE)} … (cut)`
}
