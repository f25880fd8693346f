import type { StopSpec } from '../domain/spec.ts'
import type { Clock } from '../lib/clock.ts'
import {
  endProcesses,
  findByMarks,
  isAlive,
  type ProcessId,
  type ProcessInfo,
  processTable,
  send,
} from '../system/proc.ts'
import type { StopAccount } from '../targets/driver.ts'
import { late, within } from './waiting.ts'

export interface Stopping {
  /** The instance's process, when one is known to run. */
  readonly main: (ProcessId & { readonly ended: Promise<string> }) | null
  /** Environment variables that everything it started inherited. */
  readonly marks: Readonly<Record<string, string>>
  readonly stop: StopSpec
  readonly clock: Clock
}

/**
 * Ends an instance and everything it left: the stop signal goes to its main process only, which knows its children.
 * Children that outlive it get the signal too, and what is left after the grace is killed.
 */
export async function stopInstance({ main, marks, stop, clock }: Stopping): Promise<Omit<StopAccount, 'instance'>> {
  const startedMs = clock.monotonic()
  const leftMs = () => stop.graceMs - (clock.monotonic() - startedMs)
  const wasAlive = main !== null && (await isAlive(main))
  let heard = true
  if (main !== null && wasAlive) {
    send(main.pid, stop.signal)
    heard = (await within({ clock, limitMs: stop.graceMs, signal: never }, () => main.ended)) !== late
  }
  const find = () => remains(main, marks)
  for (const info of heard ? await find() : []) send(info.pid, stop.signal)
  while (heard && leftMs() > 0 && (await find()).length > 0) await clock.sleep(Math.min(20, leftMs()))
  const killed = (await find()).length > 0
  if (killed) await endProcesses({ find, graceMs: 0, clock, limitMs: KILL_LIMIT_MS })
  const afterMs = Math.round(clock.monotonic() - startedMs)
  return { ended: killed ? 'killed' : wasAlive ? 'signal' : 'gone', afterMs }
}

const never = new AbortController().signal

/** A process that a disk or a kernel holds does not die at once even of SIGKILL. */
const KILL_LIMIT_MS = 10_000

/** Everything alive in the main process's session, and everything with the marks. */
export async function remains(
  main: ProcessId | null,
  marks: Readonly<Record<string, string>>,
): Promise<readonly ProcessInfo[]> {
  const table = await processTable()
  // What it started is younger than itself, so on most machines few environments have to be read.
  const younger = table.filter((info) => main === null || info.startTime >= main.startTime)
  const marked = await findByMarks(marks, younger)
  const session = main === null ? [] : sessionOf(main, table)
  return [...new Map([...session, ...marked].map((info) => [info.pid, info])).values()]
}

/** The number of a session may have been given to another process since ours ended. */
export function sessionOf(main: ProcessId, table: readonly ProcessInfo[]): readonly ProcessInfo[] {
  const leader = table.find((info) => info.pid === main.pid)
  if (leader !== undefined && leader.startTime !== main.startTime) return []
  return table.filter((info) => info.session === main.pid)
}
