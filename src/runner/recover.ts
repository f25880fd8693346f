import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { ArtifactStore } from '../system/artifacts.ts'
import { readText, removeTree } from '../system/files.ts'
import { endProcesses, environOf, findByMarks, type ProcessId, type ProcessInfo, processTable } from '../system/proc.ts'
import { findOwn, sessionsIn } from './processes.ts'
import { type LeftPlaces, leftPlaces } from './workspace.ts'

export interface RecoverOptions {
  readonly workDir: string
  readonly artifacts: ArtifactStore
  readonly clock: Clock
  readonly log: Log
  readonly serverId: string
  readonly orphanGraceMs?: number
}

/** Ends what an earlier server left running and removes what it left lying about. Gives the attempts it belonged to. */
export async function recover(options: RecoverOptions): Promise<readonly string[]> {
  const { workDir, serverId, clock, log, orphanGraceMs = 2_000 } = options
  const left = await leftPlaces(workDir)
  const attempts = new Set(left.flatMap(({ attempt }) => attempt ?? []))
  const recorded = (await Promise.all(left.map(recordedSessions))).flat()
  const find = async () => {
    const table = await processTable()
    const marked = await findMarked(serverId, table)
    for (const { attempt } of marked) attempts.add(attempt)
    const sessions = recorded.filter((id) => isIn(table, id))
    return findOwn(table, { marked: marked.map(({ info }) => info), sessions, root: workDir })
  }
  const alive = await endProcesses({ find, graceMs: orphanGraceMs, clock })
  if (alive.length > 0) log.warn('orphans would not die', { pids: alive.map(({ pid }) => pid) })
  for (const { places } of left) await removeLeft(places.root, log)
  await options.artifacts.sweep()
  return [...attempts].sort()
}

interface Marked {
  readonly info: ProcessInfo
  readonly attempt: string
}

/** Any attempt of this server. An instance of an app may carry the server's mark too, but never an attempt's. */
async function findMarked(serverId: string, table: readonly ProcessInfo[]): Promise<readonly Marked[]> {
  const ours = await findByMarks({ SIGNALBOX_SERVER: serverId }, table)
  const environs = await Promise.all(ours.map(({ pid }) => environOf(pid)))
  return ours.flatMap((info, index) => {
    const attempt = environs[index]?.get('SIGNALBOX_ATTEMPT')
    return attempt === undefined ? [] : [{ info, attempt }]
  })
}

async function recordedSessions({ places, isSameBoot }: LeftPlaces): Promise<readonly ProcessId[]> {
  const text = isSameBoot ? await readText(sessionsIn(places), LARGEST_RECORD_BYTES) : null
  const pairs = (text ?? '').split('\n').map((line) => line.split(' ').map(Number))
  return pairs.flatMap(([pid = 0, startTime = 0]) => (pid > 0 && startTime > 0 ? [{ pid, startTime }] : []))
}

const LARGEST_RECORD_BYTES = 1024 * 1024

/** A session is only taken for ours while its first process lives: its number alone may be somebody else's by now. */
function isIn(table: readonly ProcessInfo[], { pid, startTime }: ProcessId): boolean {
  return table.some((info) => info.pid === pid && info.startTime === startTime)
}

async function removeLeft(path: string, log: Log): Promise<void> {
  await removeTree(path).catch((error: unknown) => {
    log.warn('workspace could not be removed', { path, error: messageOf(error) })
  })
}
