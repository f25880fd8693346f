import type { Client } from '../api/client.ts'
import type { RunDetailView } from '../api/views.ts'
import { Fault } from '../lib/fault.ts'
import { exitCodeOfRun, exitCodes } from './exit-codes.ts'
import { jobLog, type LogLineView } from './logs/source.ts'
import { noteWhatGoesOn, withPatience } from './patience.ts'
import type { Session } from './session.ts'
import { type RunSeen, runProgressLines, runRows } from './show/run-tree.ts'
import { tellingOf } from './telling.ts'

const lookMs = 500
/** Far enough back for the last line of a log. */
const reachBytes = 4 * 1024

/** Tells of a run to its end, unless it comes to wait for people, and ends as it did. */
export async function followRun(session: Session, run: string, limitMs: number): Promise<void> {
  const ended = await untilOver(session, run, limitMs).catch((error: unknown) => {
    noteWhatGoesOn(session, [run])
    throw error
  })
  if (session.output.json) await session.output.show(ended, () => [])
  session.end(ended.state === 'waiting' ? exitCodes.blocked : exitCodeOfRun(ended))
}

async function untilOver(session: Session, run: string, limitMs: number): Promise<RunDetailView> {
  const { clock } = session.world
  await using telling = tellingOf<RunSeen>(session, { lines: runProgressLines, rows: runRows })
  return await withPatience(session.world, { limitMs, what: run }, async (signal) => {
    const client = await session.client(signal)
    for (let isBack = true; ; await clock.sleep(lookMs, signal)) {
      try {
        const now = await client.call('runs.show', { params: { run } })
        await telling.look({ ...now, lastLines: await lastLines(client, now) })
        if (now.state !== 'running') return now
        isBack = true
      } catch (error) {
        // A server that ends is waited for.
        if (!(error instanceof Fault && error.temporary)) throw error
        if (isBack) telling.remark(`${error.message}; trying again`)
        isBack = false
      }
    }
  })
}

async function lastLines(client: Client, { id, jobs }: RunDetailView): Promise<RunSeen['lastLines']> {
  const going = jobs.filter(({ state, startedAt }) => state !== 'finished' && startedAt !== null)
  const found = await Promise.all(
    going.map(async ({ name, attempt }) => [name, await lastLine(client, { run: id, job: name }, attempt)] as const),
  )
  return new Map(found.flatMap(([name, line]) => (line === undefined ? [] : [[name, line]])))
}

async function lastLine(client: Client, params: { run: string; job: string }, attempt: number) {
  const { lines }: { lines: readonly LogLineView[] } = await jobLog(client, params, attempt).read(-reachBytes)
  return lines.at(-1)
}
