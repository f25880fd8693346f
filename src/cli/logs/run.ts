import type { Client } from '../../api/client.ts'
import type { JobView, LogHitsView, RunView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { exitCodeOfRun, exitCodes } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { runHead } from '../show/run.ts'
import { dim, type Text } from '../text.ts'
import { jobLog, type LogLineView, linesOf, type Reading } from './source.ts'

export interface RunLogOptions extends Reading {
  readonly run: string
  readonly job: string | undefined
}

/** The logs of a run's jobs. Followed, it ends with the run and as the run did. */
export async function showRunLogs(session: Session, client: Client, options: RunLogOptions): Promise<void> {
  const { run: id, job, follow } = options
  const run = await client.call('runs.show', { params: { run: id } })
  const jobs = jobsMeant(run, job)
  const width = Math.max(...jobs.map(({ name }) => name.length))
  const show = (each: JobView) => showJob(session, client, { ...options, run: id, job: each, width })
  // What has ended is told job by job; what runs at once is told as it comes.
  const ended = jobs.filter(({ state }) => state === 'finished')
  for (const each of ended) await show(each)
  if (!follow) return
  await Promise.all(jobs.filter((each) => !ended.includes(each)).map(show))
  const now = await client.call('runs.show', { params: { run: id } })
  for (const line of runHead(now)) await session.output.line(line)
  session.end(exitCodeOfRun(now))
}

/** The lines of a run's jobs that hold a text, job by job; ends with 1 where there are none. */
export async function findInRun(
  { output, end }: Session,
  client: Client,
  { run: id, job, text }: { readonly run: string; readonly job: string | undefined; readonly text: string },
): Promise<void> {
  const jobs = jobsMeant(await client.call('runs.show', { params: { run: id } }), job)
  const width = Math.max(...jobs.map(({ name }) => name.length))
  let count = 0
  for (const { name, attempt } of jobs) {
    for (let offset: number | null = 0; offset !== null; ) {
      const params = { run: id, job: name }
      const hits: LogHitsView = await client.call('jobs.log.find', { params, query: { text, offset, attempt } })
      for (const line of hits.lines) {
        await output.item({ run: id, job: name, attempt, ...line }, () => [
          dim(name.padEnd(width)),
          ' ',
          lineText(line),
        ])
      }
      count += hits.lines.length
      offset = hits.next
    }
  }
  if (count === 0) end(exitCodes.failed)
}

/** `test` also means all cells of its matrix, `test[node=22]` and so on. */
function jobsMeant({ id, jobs }: RunView, wanted: string | undefined): readonly JobView[] {
  const meant = jobs.filter(({ name }) => wanted === undefined || name === wanted || name.startsWith(`${wanted}[`))
  if (meant.length > 0 || wanted === undefined) return meant
  throw new Fault('job.unknown', { details: { run: id, job: wanted, known: jobs.map(({ name }) => name).join(', ') } })
}

interface JobLogOptions extends Reading {
  readonly run: string
  readonly job: JobView
  readonly width: number
}

/** A job that is tried again goes on in another log. */
async function showJob({ output }: Session, client: Client, options: JobLogOptions): Promise<void> {
  const { run, width, follow } = options
  const { name } = options.job
  for (let attempt = options.job.attempt; ; attempt += 1) {
    for await (const line of linesOf(jobLog(client, { run, job: name }, attempt), options)) {
      await output.item({ run, job: name, attempt, ...line }, () => [dim(name.padEnd(width)), ' ', lineText(line)])
    }
    if (!follow) return
    const now = await client.call('runs.show', { params: { run } })
    const job = now.jobs.find((each) => each.name === name)
    if (job === undefined || job.attempt <= attempt) return
  }
}

/** Steps count from 1 for people; what concerns the whole job has none. */
function lineText({ step, stream, text }: LogLineView): Text {
  const printed = { printed: text }
  return [dim(`${step === null ? ' ' : step + 1} `), stream === 's' ? dim(printed) : printed]
}
