import type { LogHitsView, LogLineView, LogPartView } from '../api/views.ts'
import { Fault } from '../lib/fault.ts'
import { parseJobLog } from '../lib/job-log.ts'
import type { JobLogPart } from '../system/job-logs.ts'
import type { Sent } from './handlers.ts'
import type { ApiParts } from './parts.ts'

export async function readLog({ jobLogs }: ApiParts, log: string, offset: number): Promise<LogPartView> {
  return partView(await jobLogs.read(log, { offset }))
}

/** So much is read, and so many lines are told, in one go: a log may have a gigabyte. */
const mostBytes = 64 * 1024 * 1024
const mostHits = 200

/** Lines from a byte on that hold a text, whatever the size of its letters. */
export async function findInLog(
  { jobLogs }: Pick<ApiParts, 'jobLogs'>,
  log: string,
  { text, offset }: { readonly text: string; readonly offset: number },
): Promise<LogHitsView> {
  const wanted = text.toLowerCase()
  const lines: LogLineView[] = []
  let at = offset
  while (at < offset + mostBytes) {
    const part = await jobLogs.read(log, { offset: at })
    if (part.text === '') return { lines, next: null }
    lines.push(...linesWith(wanted, part))
    if (lines.length > mostHits) return { lines: lines.slice(0, mostHits), next: lines[mostHits]?.at ?? null }
    at = part.next
  }
  return { lines, next: at }
}

/** Most pieces hold nothing of it, and need not be taken apart. */
function linesWith(wanted: string, part: JobLogPart): readonly LogLineView[] {
  if (!part.text.toLowerCase().includes(wanted)) return []
  return partView(part).lines.filter((line) => line.text.toLowerCase().includes(wanted))
}

export interface Following {
  readonly log: string
  readonly offset: number
  /** The offset to go on from, when a viewer comes back. */
  readonly lastEventId: string | null
  /** Whether nothing more will be written. */
  readonly isOver: () => boolean
  readonly signal: AbortSignal
}

/** What is there, then what comes, also when the log is not begun yet or a new server goes on with it. */
export function followLog(parts: LogParts, following: Following): AsyncIterable<Sent<LogPartView>> {
  const { offset, lastEventId } = following
  return follow(parts, { ...following, offset: lastEventId === null ? offset : offsetIn(lastEventId) })
}

type LogParts = Pick<ApiParts, 'jobLogs' | 'feed'>

async function* follow({ jobLogs, feed }: LogParts, following: Following): AsyncGenerator<Sent<LogPartView>> {
  const { log, offset, isOver, signal } = following
  const first = await jobLogs.read(log, { offset })
  if (first.text !== '') yield sent(first)
  for (let at = first.next; !signal.aborted; ) {
    const wasOver = isOver() // Before the read: what is read then is all there is.
    for await (const part of jobLogs.follow(log, { offset: at, signal })) {
      at = part.next
      yield sent(part)
    }
    if (wasOver || signal.aborted) return
    await feed.next(signal)
  }
}

function offsetIn(id: string): number {
  if (!/^\d{1,15}$/.test(id))
    throw new Fault('request.invalid', { details: { problem: 'Last-Event-ID is not one of ours' } })
  return Number(id)
}

function sent(part: JobLogPart): Sent<LogPartView> {
  return { id: String(part.next), data: partView(part) }
}

function partView({ offset, next, text }: JobLogPart): LogPartView {
  return { offset, next, lines: parseJobLog(text, offset) }
}
