import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { makeDirectory, namesIn, removeTree, writeText } from '../system/files.ts'
import { moveAway } from '../system/links.ts'
import { findByMarks, isAlive } from '../system/proc.ts'
import { newId } from '../system/random.ts'
import { assertTerminal, terminalWords } from '../system/terminal.ts'
import type { Line, OneOff, OneOffResult, TerminalSize } from '../targets/driver.ts'
import { type BackupRecord, beginBackup } from './backups.ts'
import { type ConsoleCall, ConsoleLine } from './console-line.ts'
import type { Layout } from './layout.ts'
import { adoptMain, type MainProcess, startMain } from './main-process.ts'
import { oneOffMarks } from './marks.ts'
import { noExitCode, type OneOffRecord, RunningOneOff, wrapped } from './one-off.ts'
import { RecordFile } from './records.ts'
import type { Releases } from './releases.ts'
import { appFolder } from './shared-folders.ts'
import { unlessAborted } from './waiting.ts'

export interface OneOffsParts {
  readonly layout: Layout
  readonly releases: Releases
  readonly hostId: string
  readonly bootId: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Results are kept so that a repeated call can be told them; this many of each track. */
const MOST_KEPT = 100

/** Commands that are run once, to their end, whatever happens to the host and to who asked for them. */
export class OneOffs {
  readonly #parts: OneOffsParts
  readonly #known = new Map<string, Promise<RunningOneOff>>()
  /** Who has a lock, until it has ended. */
  readonly #holders = new Map<string, Promise<void>>()

  constructor(parts: OneOffsParts) {
    this.#parts = parts
  }

  /** Watches on over what an earlier host started. */
  async restore(): Promise<void> {
    for (const record of await this.#records()) {
      const main = await this.#find(record)
      if (await this.#wasNeverStarted(record, main)) {
        await removeTree(this.#parts.layout.oneOff(record.name))
        continue
      }
      const folder = this.#parts.layout.oneOff(record.name)
      const running = new RunningOneOff(record, main, { ...this.#parts, folder, file: this.#file(record.name) })
      this.#known.set(record.name, Promise.resolve(running))
      if (record.lock !== undefined) this.#hold(record.lock, running.ended)
      // Whoever sat at it spoke to the host that is gone.
      if (record.isConsole) void Promise.allSettled([running.hangUp()])
    }
  }

  async run(oneOff: OneOff, report: (line: Line) => void | Promise<void>, signal: AbortSignal): Promise<OneOffResult> {
    await this.#waitForLock(oneOff, signal)
    const known = this.#known.get(oneOff.name) ?? this.#start(oneOff)
    if (oneOff.lock !== undefined && !this.#known.has(oneOff.name)) this.#hold(oneOff.lock, ended(known))
    this.#known.set(oneOff.name, known)
    return (await unlessAborted(known, signal)).follow(report, signal)
  }

  /** Runs it at a terminal, until it ends or nobody is there any more. */
  async console(oneOff: OneOff, size: TerminalSize, call: ConsoleCall): Promise<OneOffResult> {
    const known = this.#known.get(oneOff.name)
    if (known !== undefined) return (await unlessAborted(known, call.signal)).follow(() => {}, call.signal)
    await assertTerminal()
    const line = new ConsoleLine(call, join(this.#parts.layout.oneOff(oneOff.name), 'tty'))
    const started = this.#start(oneOff, { line, size })
    this.#known.set(oneOff.name, started)
    line.onHungUp(() => void Promise.allSettled([started.then((running) => running.hangUp())]))
    return (await started).follow(({ text }) => line.show(Buffer.from(`${text}\r\n`)), this.#parts.signal)
  }

  /** Who goes away while it waits for the lock leaves nothing behind that would start without being asked for any more. */
  async #waitForLock({ name, lock }: OneOff, signal: AbortSignal): Promise<void> {
    while (lock !== undefined && !this.#known.has(name)) {
      const holder = this.#holders.get(lock)
      if (holder === undefined) return
      await unlessAborted(holder, signal)
    }
  }

  #hold(lock: string, until: Promise<void>): void {
    const holding = until.then(() => {
      if (this.#holders.get(lock) === holding) this.#holders.delete(lock)
    })
    this.#holders.set(lock, holding)
  }

  /** Forgets the oldest results of a track. */
  async keep(track: string): Promise<void> {
    const ended = (await this.#records()).filter((record) => record.track === track && record.result !== null)
    const old = ended.sort((a, b) => b.startedAt - a.startedAt).slice(MOST_KEPT)
    for (const { name } of old) {
      this.#known.delete(name)
      await removeTree(this.#parts.layout.oneOff(name))
    }
  }

  /** Digests of the releases that commands of this track run in now. */
  async inUse(track: string): Promise<readonly string[]> {
    const started = (await Promise.allSettled(this.#known.values())).filter((one) => one.status === 'fulfilled')
    const records = started.map(({ value }) => value.record)
    const running = records.filter((record) => record.result === null && record.lost === null)
    return running.filter((record) => record.track === track).map((record) => record.digest)
  }

  /** Ends those of them that run: SIGTERM, grace, SIGKILL. */
  async end(names: readonly string[]): Promise<void> {
    const known = names.flatMap((name) => this.#known.get(name) ?? [])
    const started = (await Promise.allSettled(known)).filter((one) => one.status === 'fulfilled')
    await Promise.all(started.map(({ value }) => value.end()))
  }

  async endAll(): Promise<void> {
    await this.end([...this.#known.keys()])
  }

  async #start(oneOff: OneOff, terminal: AtTerminal | null = null): Promise<RunningOneOff> {
    const { layout, clock, hostId, bootId, releases } = this.#parts
    const { name, track, env } = oneOff
    const folder = layout.oneOff(name)
    try {
      const tree = await releases.tree(track, oneOff.release.digest, oneOff)
      await makeDirectory(folder, 0o700)
      const backup = this.#backupOf(oneOff)
      if (backup !== undefined) await beginBackup(backup.record)
      const intent: OneOffRecord = {
        ...{ ...newRecord(oneOff, bootId), startedAt: clock.now(), ...(backup && { backup: backup.record }) },
        ...(terminal !== null && { isConsole: true }),
      }
      const file = this.#file(name)
      await writeText(join(folder, 'exit'), noExitCode)
      // Before the record: where there is a record and no permit, somebody has begun.
      await makeDirectory(join(folder, intent.permit), 0o700)
      await file.write(intent)
      const main = await startMain({
        ...{
          argv: wrapped(wordsAt(terminal, oneOff, folder), folder, intent.permit),
          env: { ...env, ...backup?.env, ...oneOffMarks(hostId, name) },
          clock,
        },
        ...{ cwd: appFolder(tree, oneOff.directory), err: join(folder, 'err') },
        ...(terminal === null ? { out: join(folder, 'out') } : terminal.line.streams),
      })
      const process = { pid: main.pid, startTime: main.startTime, bootId }
      const record = { ...intent, startedAt: main.startedAt, isStarting: false, process }
      await file
        .write(record)
        .catch((error: unknown) =>
          this.#parts.log.error('the record of a one-off could not be written', { name, error }),
        )
      return new RunningOneOff(record, main, { ...this.#parts, folder, file })
    } catch (error) {
      // It was never started, so it may be asked for again.
      this.#known.delete(name)
      await removeTree(folder)
      throw error
    }
  }

  #backupOf({ track, name, backup }: OneOff): { record: BackupRecord; env: Record<string, string> } | undefined {
    if (backup === undefined) return undefined
    const folder = this.#parts.layout.backups(track)
    const path = join(folder, name)
    return { record: { folder, path, keep: backup.keep }, env: { [backup.variable]: path } }
  }

  /** Takes the permit back: who still has it never began, and never will. After a reboot a permit proves nothing. */
  async #wasNeverStarted(record: OneOffRecord, main: MainProcess | null): Promise<boolean> {
    if (!record.isStarting || main !== null || record.bootId !== this.#parts.bootId) return false
    const permit = join(this.#parts.layout.oneOff(record.name), record.permit)
    return moveAway(permit, `${permit}.taken-back`)
  }

  async #find({ name, process, isStarting, startedAt, result }: OneOffRecord): Promise<MainProcess | null> {
    const { bootId, clock, signal, hostId } = this.#parts
    if (result !== null) return null
    if (isStarting) {
      const marked = await findByMarks(oneOffMarks(hostId, name))
      const first = marked.find((info) => info.session === info.pid)
      return first === undefined ? null : adoptMain({ ...first, startedAt }, clock, signal)
    }
    const lives = process !== null && process.bootId === bootId && (await isAlive(process))
    return lives ? adoptMain({ ...process, startedAt }, clock, signal) : null
  }

  async #records(): Promise<readonly OneOffRecord[]> {
    const { layout, log } = this.#parts
    const files = (await namesIn(layout.oneOffs)).map((name) => join(layout.oneOffs, name, 'record.json'))
    const records = await Promise.all(files.map((path) => new RecordFile<OneOffRecord>(path).read(log)))
    return records.filter((record) => record !== null)
  }

  #file(name: string): RecordFile<OneOffRecord> {
    return new RecordFile(join(this.#parts.layout.oneOff(name), 'record.json'))
  }
}

interface AtTerminal {
  readonly line: ConsoleLine
  readonly size: TerminalSize
}

function wordsAt(terminal: AtTerminal | null, { argv }: OneOff, folder: string): readonly string[] {
  return terminal === null ? argv : terminalWords(argv, { size: terminal.size, nameFile: join(folder, 'tty') })
}

/** Also when it never began. */
async function ended(started: Promise<RunningOneOff>): Promise<void> {
  const [known] = await Promise.allSettled([started])
  if (known.status === 'fulfilled') await Promise.allSettled([known.value.ended])
}

function newRecord({ name, track, release, timeoutMs, lock }: OneOff, bootId: string): OneOffRecord {
  return {
    ...{ name, track, digest: release.digest, timeoutMs, startedAt: 0, isStarting: true, bootId },
    ...(lock === undefined ? {} : { lock }),
    permit: newId('permit'),
    ...{ process: null, timedOut: false, result: null, lost: null },
  }
}
