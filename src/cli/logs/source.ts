import type { Client } from '../../api/client.ts'
import type { LogPartView } from '../../api/views.ts'

export type LogLineView = LogPartView['lines'][number]

/** A log that can be read in pieces, and followed. */
export interface LogSource {
  read(offset: number): Promise<LogPartView>
  follow(offset: number): AsyncIterable<LogPartView>
}

export function jobLog(client: Client, params: { run: string; job: string }, attempt: number): LogSource {
  return {
    read: (offset) => client.call('jobs.log', { params, query: { offset, attempt } }),
    follow: (offset) => client.follow('jobs.log.follow', { params, query: { offset, attempt } }),
  }
}

export function oneOffLog(client: Client, oneOff: string): LogSource {
  return {
    read: (offset) => client.call('one-offs.log', { params: { oneOff }, query: { offset } }),
    follow: (offset) => client.follow('one-offs.log.follow', { params: { oneOff }, query: { offset } }),
  }
}

export interface Reading {
  /** How many of the newest; null = all there are. */
  readonly lines: number | null
  readonly follow: boolean
}

/** The newest lines of a log, or all of them, and then those that come. */
export async function* linesOf(source: LogSource, { lines, follow }: Reading): AsyncGenerator<LogLineView> {
  let next = 0
  for await (const part of lines === null ? piecesFrom(source, 0) : newestPieces(source, lines)) {
    yield* part.lines
    next = part.next
  }
  if (follow) for await (const part of source.follow(next)) yield* part.lines
}

async function* piecesFrom(source: LogSource, offset: number): AsyncGenerator<LogPartView> {
  for (let part = await source.read(offset); part.next > part.offset; part = await source.read(part.next)) yield part
}

const firstReach = 64 * 1024

/** Reaches back from the end until there are enough. */
async function* newestPieces(source: LogSource, count: number): AsyncGenerator<LogPartView> {
  for (let reach = firstReach; ; reach *= 8) {
    const parts: LogPartView[] = []
    const first = await source.read(-reach)
    if (first.next > first.offset) parts.push(first)
    for await (const part of piecesFrom(source, first.next)) parts.push(part)
    const lines = parts.flatMap((part) => part.lines)
    if (lines.length < count && first.offset > 0) continue
    yield {
      offset: first.offset,
      next: parts.at(-1)?.next ?? first.next,
      lines: lines.slice(Math.max(0, lines.length - count)),
    }
    return
  }
}
