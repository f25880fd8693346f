import type { LineLog } from '../engine/parts.ts'
import { type JobLogStream, parseJobLog } from '../lib/job-log.ts'
import { redactor } from '../lib/redact.ts'
import type { JobLogs } from '../system/job-logs.ts'

type Stream = 'out' | 'err'
const letters: Readonly<Record<Stream, JobLogStream>> = { out: 'o', err: 'e' }

/**
 * The log of a command on a target. A target that is asked again, because the server was killed meanwhile, tells every line from the
 * first one on: those that are kept already are passed over, by their number in each stream.
 */
export async function openLineLog(logs: JobLogs, name: string, secrets: readonly string[]): Promise<LineLog> {
  const left = await keptLines(logs, name)
  const writer = await logs.open(name, redactor(secrets))
  const sinks = { out: writer.sink({ step: null, stream: 'o' }), err: writer.sink({ step: null, stream: 'e' }) }
  return {
    write({ stream, text }) {
      if (left[stream] > 0) left[stream] -= 1
      else void sinks[stream].push(Buffer.from(`${text}\n`))
    },
    async close() {
      sinks.out.end()
      sinks.err.end()
      await writer.close()
    },
  }
}

/** A last line that a killed server left without its end is none: reading ended it, which is why it is longer than what was read. */
async function keptLines(logs: JobLogs, name: string): Promise<Record<Stream, number>> {
  const kept = { out: 0, err: 0 }
  for (let offset = 0, size = await logs.size(name); offset < size; ) {
    const { text, next } = await logs.read(name, { offset })
    const isCut = Buffer.byteLength(text) > next - offset
    const lines = parseJobLog(text).slice(0, isCut ? -1 : undefined)
    for (const stream of ['out', 'err'] as const)
      kept[stream] += lines.filter((line) => line.stream === letters[stream]).length
    offset = next
  }
  return kept
}
