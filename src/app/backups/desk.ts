import type { ServerConfig } from '../../config/server.ts'
import {
  type BackupSummary,
  type BackupsSeen,
  type Checked,
  type ServerBackup,
  summaryOf,
} from '../../domain/server-backup.ts'
import { Fault, messageOf } from '../../lib/fault.ts'
import { gitBundles } from '../../sources/git/bundling.ts'
import { systemClock } from '../../system/clock.ts'
import { recipientIn } from '../../system/secrets.ts'
import { type DataPaths, dataPaths } from '../data-directory.ts'
import { gitEnvironment } from '../environment.ts'
import { openShelf, type Shelf } from './shelf.ts'
import { takeBackup } from './take.ts'
import { verifyBackup } from './verify.ts'

/** Backups of one data directory: by its server, or by somebody on its machine. */
export interface Desk {
  seen(): Promise<BackupsSeen>
  /** Takes one and lets the oldest go. Faults `server_backup.no_folder`, `.busy`, `.no_place`, and whatever the world has. */
  take(signal: AbortSignal): Promise<BackupSummary>
  /** Reads all of one again, and notes what was found. Faults `server_backup.unknown`, `.damaged`, `.newer`. */
  verify(name: string, signal: AbortSignal): Promise<BackupSummary>
  /** Removes what a killed process had begun. */
  tidy(): Promise<void>
}

export function deskOf(config: ServerConfig, program: string): Desk {
  const data = dataPaths(config.dataDirectory)
  const shelf = () => {
    if (config.backups === null) throw new Fault('server_backup.no_folder')
    return openShelf(config.backups)
  }
  return {
    seen: () => seen(config),
    take: async (signal) => await take({ config, data, shelf: shelf(), program, signal }),
    verify: async (name, signal) => await verify(shelf(), name, signal),
    async tidy() {
      using _ = await shelf().hold()
      await shelf().tidy(Number.POSITIVE_INFINITY, systemClock.now())
    },
  }
}

async function seen({ backups: folder, backupEveryMs, keepBackups: keep }: ServerConfig): Promise<BackupsSeen> {
  const found = folder === null ? [] : await openShelf(folder).list().catch(problemNow)
  const [all, failed] = 'problem' in found ? [[], found] : [found, null]
  const everyMs = Number.isFinite(backupEveryMs) ? backupEveryMs : null
  return {
    ...{ folder, everyMs, keep, failed },
    backups: all.flatMap(({ backup, checked }) => (backup === null ? [] : [summaryOf(backup, checked)])),
    unreadable: all.flatMap(({ name, problem }) => (problem === null ? [] : [{ name, problem }])),
  }
}

/** A disk that answers no more is for people to read of, on every page and list that tells of backups. */
function problemNow(error: unknown): { readonly at: number; readonly problem: string } {
  return { at: systemClock.now(), problem: messageOf(error) }
}

interface Work {
  readonly config: ServerConfig
  readonly data: DataPaths
  readonly shelf: Shelf
  readonly program: string
  readonly signal: AbortSignal
}

async function take({ config, data, shelf, program, signal }: Work): Promise<BackupSummary> {
  using _ = await shelf.hold()
  let taken: ServerBackup | null = null
  try {
    taken = await takeBackup({
      ...{ data, shelf, program, signal, now: systemClock.now() },
      bundles: gitBundles({ reposDir: data.repositories, env: gitEnvironment(), signal }),
      recipient: await recipientIn(config.keyFile ?? data.secretKey),
      withLogs: config.backupLogs === 'yes',
    })
    return summaryOf(taken, null)
  } finally {
    // What one that came to nothing has left is space that the next one needs; the others stay.
    const keep = taken === null ? Number.POSITIVE_INFINITY : config.keepBackups
    await shelf.tidy(keep, taken?.takenAt ?? systemClock.now())
  }
}

async function verify(shelf: Shelf, name: string, signal: AbortSignal): Promise<BackupSummary> {
  using _ = await shelf.hold()
  const note = async (problem: string | null): Promise<Checked> => {
    const checked = { at: systemClock.now(), problem }
    await shelf.setChecked(name, checked)
    return checked
  }
  try {
    return summaryOf(await verifyBackup(shelf, name, signal), await note(null))
  } catch (error) {
    if (error instanceof Fault && error.code === 'server_backup.damaged') await note(messageOf(error))
    throw error
  }
}
