import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { signalOfExitCode } from '../lib/signals.ts'
import { modifiedAt, readText } from '../system/files.ts'
import { endProcesses } from '../system/proc.ts'
import { LineReader, readFrom } from '../system/tail.ts'
import type { Line, OneOffResult } from '../targets/driver.ts'
import { type BackupRecord, dropBackup, endBackup } from './backups.ts'
import type { MainProcess } from './main-process.ts'
import { oneOffMarks } from './marks.ts'
import type { RecordFile } from './records.ts'
import { remains } from './stop.ts'
import { late, unlessAborted, within } from './waiting.ts'

/** What is stored of a command. Not its environment: it is never started a second time. */
export interface OneOffRecord {
  readonly name: string
  readonly track: string
  /** Of the release it runs in. */
  readonly digest: string
  readonly timeoutMs: number
  /** Wall clock. */
  readonly startedAt: number
  /** From the intent to start it until its start is known. */
  readonly isStarting: boolean
  /** The boot of the machine in which it was to start. */
  readonly bootId: string
  /** Name of the folder beside the record that whoever begins, or takes the leave to begin back, removes. */
  readonly permit: string
  readonly process: { readonly pid: number; readonly startTime: number; readonly bootId: string } | null
  readonly timedOut: boolean
  readonly result: OneOffResult | null
  /** Why its result will never be known. */
  readonly lost: string | null
  /** What no other command may hold while it runs. */
  readonly lock?: string
  /** Somebody sits at it: it does not go on without them. */
  readonly isConsole?: true
  readonly hungUp?: true
  readonly backup?: BackupRecord
}

/**
 * Runs the command and writes its exit code to a file, so that the code is known even when the host dies meanwhile. The
 * words are handed over as words. The trap keeps the shell there when the whole group is told to end. Whoever finds no
 * permit comes too late: a later host has taken it back and may have started the command anew. The code takes the place of
 * the blanks that are in its file already, which needs no space on a disk that has become full. What it took comes after that: where
 * there is no space for it nobody will know, and nothing else is different.
 */
const keepsTheCode = `trap : TERM INT HUP QUIT
rmdir -- "$1" || exit 125
file=$2
shift 2
"$@"
code=$?
printf '%s' "$code" 1<> "$file"
command times > "$file.times" 2> /dev/null || :
exit "$code"`

/** What is in the file of the exit code until there is one. */
export const noExitCode = '   '

export function wrapped(argv: readonly string[], folder: string, permit: string): readonly string[] {
  return ['/bin/sh', '-c', keepsTheCode, 'signalbox', join(folder, permit), join(folder, 'exit'), ...argv]
}

export interface OneOffParts {
  readonly folder: string
  readonly file: RecordFile<OneOffRecord>
  readonly hostId: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const GRACE_MS = 10_000

/** One command that has been started once and is never started again; here it is watched to its end. */
export class RunningOneOff {
  readonly #parts: OneOffParts
  readonly #main: MainProcess | null
  #record: OneOffRecord
  readonly #done: Promise<void>

  constructor(record: OneOffRecord, main: MainProcess | null, parts: OneOffParts) {
    this.#parts = parts
    this.#main = main
    this.#record = record
    this.#done = record.result !== null || record.lost !== null ? Promise.resolve() : this.#watch(main)
    void Promise.allSettled([this.#done])
  }

  /** Tells all its lines from the first on, then its result. Fault `one_off.lost`. */
  async follow(report: (line: Line) => void | Promise<void>, signal: AbortSignal): Promise<OneOffResult> {
    const { clock } = this.#parts
    const streams = (['out', 'err'] as const).map((stream) => new StreamReader(this.#parts.folder, stream))
    const tell = async () => {
      for (const stream of streams) for (const line of await stream.more()) await report(line)
    }
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 200)) {
      const state = await within({ clock, limitMs: pauseMs, signal }, (inner) => unlessAborted(this.#done, inner))
      await tell()
      if (state !== late) break
    }
    for (const stream of streams) for (const line of stream.end()) await report(line)
    const { result, lost, name } = this.#record
    if (result === null) throw new Fault('one_off.lost', { details: { name, problem: lost ?? 'nobody knows' } })
    return result
  }

  /** When it has ended, however. */
  get ended(): Promise<void> {
    return this.#done
  }

  get record(): OneOffRecord {
    return this.#record
  }

  /** Ends it before its time. */
  async end(): Promise<void> {
    const { hostId, clock } = this.#parts
    const find = () => remains(this.#main, oneOffMarks(hostId, this.#record.name))
    await endProcesses({ find, graceMs: GRACE_MS, clock })
    await this.#done
  }

  /** Ends it because nobody is at its terminal any more. */
  async hangUp(): Promise<void> {
    if (this.#record.result !== null || this.#record.lost !== null) return
    await this.#save({ hungUp: true })
    await this.end()
  }

  async #watch(main: MainProcess | null): Promise<void> {
    const { clock, signal, log } = this.#parts
    const { startedAt, timeoutMs, name } = this.#record
    const find = () => remains(main, oneOffMarks(this.#parts.hostId, name))
    const leftMs = Math.max(startedAt + timeoutMs - clock.now(), 0)
    const ended = main?.ended ?? Promise.resolve('gone')
    let how = await within({ clock, limitMs: leftMs, signal }, () => ended)
    if (how === late) {
      log.warn('one-off timed out', { name, timeoutMs })
      await this.#save({ timedOut: true })
      await endProcesses({ find, graceMs: GRACE_MS, clock })
      how = await ended
    }
    await endProcesses({ find, graceMs: 0, clock })
    await this.#conclude(how)
  }

  async #conclude(how: string): Promise<void> {
    const path = join(this.#parts.folder, 'exit')
    // A child of our own has told its code to us too.
    const code = /^\d+/.exec((await readText(path, 100)) ?? '')?.[0] ?? /^exit (\d+)$/.exec(how)?.[1]
    const endedAt = (await modifiedAt(path)) ?? this.#parts.clock.now()
    const durationMs = Math.max(Math.round(endedAt - this.#record.startedAt), 0)
    const { timedOut, hungUp } = this.#record
    if (hungUp) {
      return this.#save({ result: { exitCode: null, signal: 'SIGHUP', timedOut, durationMs, hungUp } })
    }
    if (code !== undefined) {
      const cpuMs = parseTimes((await readText(`${path}.times`, 1_000)) ?? '')
      const result = { ...exitOf(Number(code)), timedOut, durationMs, ...(cpuMs !== null && { cpuMs }) }
      return this.#save({ result: { ...result, ...(await this.#backedUp(result.exitCode === 0 && !timedOut)) } })
    }
    await this.#backedUp(false)
    const signal = how.startsWith('SIG') ? how : timedOut ? 'SIGKILL' : null
    if (signal !== null) return this.#save({ result: { exitCode: null, signal, timedOut, durationMs } })
    await this.#save({ lost: 'it is gone and has left no exit code' })
  }

  async #backedUp(isWhole: boolean): Promise<Pick<OneOffResult, 'backup'>> {
    const { backup } = this.#record
    if (backup === undefined) return {}
    if (isWhole) return { backup: await endBackup(backup) }
    await dropBackup(backup)
    return {}
  }

  async #save(change: Partial<OneOffRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change }
    await this.#parts.file.write(this.#record).catch((error: unknown) =>
      this.#parts.log.error('the record of a one-off could not be written', {
        name: this.#record.name,
        problem: messageOf(error),
        error,
      }),
    )
  }
}

/** What `times` of a shell prints: its own time, and below that of all it has waited for, each in user and in system mode. */
function parseTimes(text: string): number | null {
  const children = text.split('\n')[1] ?? ''
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  )
  return times.length === 2 ? Math.round(times.reduce((sum, each) => sum + each) * 1000) : null
}

function exitOf(code: number): Pick<OneOffResult, 'exitCode' | 'signal'> {
  const signal = signalOfExitCode(code)
  return signal === null ? { exitCode: code, signal: null } : { exitCode: null, signal }
}

class StreamReader {
  readonly #path: string
  readonly #stream: Line['stream']
  readonly #lines = new LineReader()
  #next = 0

  constructor(folder: string, stream: Line['stream']) {
    this.#path = join(folder, stream)
    this.#stream = stream
  }

  async more(): Promise<readonly Line[]> {
    const found: string[] = []
    for (;;) {
      const { bytes, next } = await readFrom(this.#path, this.#next)
      this.#next = next
      if (bytes.length === 0) return found.map((text) => ({ stream: this.#stream, text }))
      found.push(...this.#lines.take(bytes))
    }
  }

  end(): readonly Line[] {
    return this.#lines.end().map((text) => ({ stream: this.#stream, text }))
  }
}
