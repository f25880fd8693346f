import type { Clock } from '../lib/clock.ts'
import { isAlive, type ProcessId } from '../system/proc.ts'
import { type OutputHandler, problemOf, startChild } from '../system/process.ts'

/** The process that an instance or a one-off is: our own child, or one that an earlier host started. */
export interface MainProcess extends ProcessId {
  /** Wall clock. */
  readonly startedAt: number
  /** Settles when it has ended: `exit 1`, `SIGKILL`, or `gone` when only that is known. */
  readonly ended: Promise<string>
}

export interface Start {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Both streams go straight to files, so that they need neither us nor our successor; but for what shows itself to somebody. */
  readonly out: string | OutputHandler
  readonly err: string
  readonly stdin?: AsyncIterable<Uint8Array>
  /** A descriptor it has too, as its number 3. */
  readonly inherit?: number
  readonly clock: Clock
}

/** Starts a program in its own session. Fault `process.not_started`. */
export async function startMain({ argv, env, cwd, out, err, inherit, clock, stdin }: Start): Promise<MainProcess> {
  const startedAt = clock.now()
  const child = await startChild({
    ...{ argv, env, cwd, inherit, clock, stdin },
    stdout: typeof out === 'string' ? { appendTo: out } : out,
    stderr: { appendTo: err },
    limitMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal, // Only its supervisor ends it.
    keepGroup: true,
  })
  const ended = child.result.then((result) =>
    problemOf(result)
      .replace(/^exit code /, 'exit ')
      .replace(/^signal /, ''),
  )
  return { pid: child.pid, startTime: child.startTime, startedAt, ended }
}

/** How often a process that is not our child is looked at. */
const LOOK_MS = 100

/** Takes over a living process from an earlier host. It is watched until `signal` is aborted. */
export function adoptMain(
  process: ProcessId & { readonly startedAt: number },
  clock: Clock,
  signal: AbortSignal,
): MainProcess {
  const { pid, startTime, startedAt } = process
  const ended = watch({ pid, startTime }, clock, signal)
  void Promise.allSettled([ended]) // The end of the host ends the watch; nobody is left to hear of it.
  return { pid, startTime, startedAt, ended }
}

async function watch(id: ProcessId, clock: Clock, signal: AbortSignal): Promise<string> {
  while (await isAlive(id)) await clock.sleep(LOOK_MS, signal)
  return 'gone'
}
