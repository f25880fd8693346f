import type { LogPartView } from '../api/views.ts'
import { Fault } from '../lib/fault.ts'
import { parseJobLog } from '../lib/job-log.ts'
import type { JobLogPart } from '../system/job-logs.ts'
import type { Sent } from './handlers.ts'
import type { ApiParts } from './parts.ts'

export async function readLog({ jobLogs }: ApiParts, log: string, offset: number): Promise<LogPartView> {
  return partView(await jobLogs.read(log, { offset }))
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
