import { self } from '../../domain/facts.ts'
import { type BackupSummary, type BackupsSeen, dueAt } from '../../domain/server-backup.ts'
import { Fault, messageOf } from '../../lib/fault.ts'
import type { Log } from '../../lib/log.ts'
import type { Store } from '../../store/store.ts'
import { systemClock } from '../../system/clock.ts'
import type { Desk } from './desk.ts'

/** How often it is looked whether one is due; a clock that was set, or a folder that came back, is noticed by then. */
const lookEveryMs = 30_000

/** For the journal, which more people read than are told where the server keeps what. */
function codeOf(error: unknown): string {
  return error instanceof Fault ? error.code : 'internal.bug'
}

export interface Keeping {
  readonly desk: Desk
  readonly store: Store
  readonly log: Log
  /** The journal's time. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** The backups that a running server takes, by itself and when somebody asks; the journal hears of each. */
export class BackupKeeper {
  readonly #keeping: Keeping
  #failed: BackupsSeen['failed'] = null
  #running: Promise<void> = Promise.resolve()

  constructor(keeping: Keeping) {
    this.#keeping = keeping
  }

  async seen(): Promise<BackupsSeen> {
    const seen = await this.#keeping.desk.seen()
    return { ...seen, failed: this.#failed ?? seen.failed }
  }

  async take(by: string): Promise<BackupSummary> {
    const { desk, log, signal } = this.#keeping
    try {
      const taken = await desk.take(signal)
      this.#failed = null
      this.#tell('server.backed_up', { by, name: taken.name, data: { bytes: taken.bytes } })
      return taken
    } catch (error) {
      if (signal.aborted || (error instanceof Fault && error.code === 'server_backup.busy')) throw error
      this.#failed = { at: systemClock.now(), problem: messageOf(error) }
      log.error('no backup could be taken', { error })
      this.#tell('server.backup_failed', { by, name: 'backup', data: { reason: codeOf(error) } })
      throw error
    }
  }

  async verify(name: string): Promise<BackupSummary> {
    return await this.#keeping.desk.verify(name, this.#keeping.signal)
  }

  /** Takes one whenever it is due, until the signal is aborted. */
  begin(): void {
    this.#running = this.#run()
  }

  ended(): Promise<void> {
    return this.#running
  }

  async #run(): Promise<void> {
    const { desk, log, signal } = this.#keeping
    if ((await desk.seen()).folder === null) return
    await desk.tidy().catch((error: unknown) => log.warn('backups could not be looked after', { error }))
    while (!signal.aborted) {
      await this.#lookAround().catch((error: unknown) => log.warn('no backup was taken', { error: messageOf(error) }))
      await systemClock.sleep(lookEveryMs, signal).catch(() => {}) // The server stops: the loop sees it.
    }
  }

  async #lookAround(): Promise<void> {
    const { everyMs, backups } = await this.seen()
    if (everyMs === null) return
    const now = systemClock.now()
    const newestAt = backups[0]?.takenAt ?? null
    if (dueAt({ now, everyMs, newestAt, failedAt: this.#failed?.at ?? null }) <= now) await this.take(self)
  }

  /** That it cannot be recorded changes nothing about the backup. */
  #tell(kind: string, { by, name, data }: { by: string; name: string; data: Readonly<Record<string, unknown>> }): void {
    const { store, log, now } = this.#keeping
    try {
      const fact = { kind, project: null, subject: name, by, data }
      store.db.transaction(() => void store.facts.append(fact, now()))
    } catch (error) {
      log.error('a backup could not be recorded', { name, error })
    }
  }
}
