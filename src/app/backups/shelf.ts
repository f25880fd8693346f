import { rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { readChecked, readManifest, writeManifest } from '../../config/manifest.ts'
import {
  type Checked,
  filesOf,
  isBackupName,
  type KeptFile,
  oldestFirst,
  type ServerBackup,
  surplus,
} from '../../domain/server-backup.ts'
import { Fault, messageOf } from '../../lib/fault.ts'
import { type ArtifactStore, openArtifacts } from '../../system/artifacts.ts'
import { systemClock } from '../../system/clock.ts'
import { fileBytes, makeDirectory, namesIn, readText, syncDirectory, writeFileAtomic } from '../../system/files.ts'
import { type Lock, takeLock } from '../../system/lock.ts'

export interface Shelved {
  readonly name: string
  /** Null: the manifest cannot be read. */
  readonly backup: ServerBackup | null
  readonly problem: string | null
  readonly checked: Checked | null
}

/**
 * A folder of backups: a manifest each, and the files that all of them share, named by their content. What was not changed
 * since the backup before is there already.
 */
export interface Shelf {
  readonly path: string
  readonly files: ArtifactStore
  /** Only one writes at a time; it ends with the process. Faults `server_backup.busy`, `server_backup.no_place`. */
  hold(): Promise<Lock>
  /** Newest first. */
  list(): Promise<readonly Shelved[]>
  /** Faults `server_backup.unknown`, `server_backup.damaged`, `server_backup.newer`. */
  read(name: string): Promise<ServerBackup>
  /** Tells of each file whether it is there: its length is looked at, and its content where one of the backups is known to be damaged. */
  look(): Promise<(file: KeptFile) => Promise<boolean>>
  /** From here on it is one. */
  add(backup: ServerBackup): Promise<void>
  setChecked(name: string, checked: Checked): Promise<void>
  /** Leaves the newest by then, and no file that none of them needs, nor what a killed process had begun. For who holds it. */
  tidy(keep: number, now: number): Promise<void>
}

/** Larger than the manifest of any server: each log is a line of it. */
const mostManifestBytes = 256 * 1024 * 1024

export function openShelf(given: string): Shelf {
  const path = resolve(given)
  const files = openArtifacts(join(path, 'files'), { ending: '', mode: 0o600 })
  const at = (name: string) => join(path, `${checkedName(path, name)}.json`)
  const noteAt = (name: string) => join(path, `${checkedName(path, name)}.checked`)
  const names = async () => oldestFirst(namesOf(await namesIn(path)), systemClock.now())
  const shelf: Shelf = {
    path,
    files,
    hold: () => hold(path),
    list: async () => await Promise.all((await names()).toReversed().map((name) => shelved(shelf, name, noteAt(name)))),
    read: (name) => read(at(name), name),
    async look() {
      const isTrusted = (await notes(path)).every(({ problem }) => problem === null)
      return async ({ sha256, bytes }) =>
        (await fileBytes(files.path(sha256))) === bytes && (isTrusted || (await isSound(files, sha256)))
    },
    add: (backup) => writeFileAtomic(at(backup.name), writeManifest(backup), { mode: 0o600 }),
    setChecked: (name, checked) => writeFileAtomic(noteAt(name), `${JSON.stringify(checked)}\n`, { mode: 0o600 }),
    async tidy(keep, now) {
      for (const name of surplus(await names(), { keep, now })) {
        await rm(at(name), { force: true })
        await rm(noteAt(name), { force: true })
      }
      await syncDirectory(path)
      await removeUnneeded(shelf)
    },
  }
  return shelf
}

/** The shelf that the manifest at this path stands on, and its name there. Fault `server_backup.unknown`. */
export function shelfOf(given: string): { readonly shelf: Shelf; readonly name: string } {
  const path = resolve(given)
  return { shelf: openShelf(dirname(path)), name: basename(path, '.json') }
}

function checkedName(path: string, name: string): string {
  if (!isBackupName(name)) throw new Fault('server_backup.unknown', { details: { name, path } })
  return name
}

function namesOf(entries: readonly string[]): readonly string[] {
  return entries.flatMap((entry) => {
    const name = basename(entry, '.json')
    return entry.endsWith('.json') && isBackupName(name) ? [name] : []
  })
}

async function hold(path: string): Promise<Lock> {
  try {
    await makeDirectory(path, 0o700)
    const lock = takeLock(join(path, 'lock'))
    if (lock !== null) return lock
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('server_backup.no_place', { details: { path, problem: messageOf(error) }, cause: error })
  }
  throw new Fault('server_backup.busy', { details: { path } })
}

async function isSound(files: ArtifactStore, digest: string): Promise<boolean> {
  try {
    await files.verify(digest)
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'artifact.damaged') return false
    throw error
  }
}

async function notes(path: string): Promise<readonly Checked[]> {
  const found = (await namesIn(path)).filter((entry) => entry.endsWith('.checked'))
  const read = await Promise.all(found.map((entry) => readNote(join(path, entry))))
  return read.filter((note) => note !== null)
}

/** One that cannot be read says no good of the backup, and `verify` writes it anew. */
async function readNote(path: string): Promise<Checked | null> {
  const text = await readText(path, 10_000).catch(messageOf) // Read as a note it is none.
  return text === null ? null : readChecked(text)
}

async function shelved(shelf: Shelf, name: string, note: string): Promise<Shelved> {
  const checked = await readNote(note)
  try {
    return { name, backup: await shelf.read(name), problem: null, checked }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { name, backup: null, problem: error.message, checked }
  }
}

async function read(path: string, name: string): Promise<ServerBackup> {
  const text = await readText(path, mostManifestBytes).catch((error: unknown) => {
    throw new Fault('server_backup.damaged', { details: { name, problem: messageOf(error) }, cause: error })
  })
  if (text === null) throw new Fault('server_backup.unknown', { details: { name, path: dirname(path) } })
  const found = readManifest(text)
  if ('backup' in found && found.backup.name === name) return found.backup
  const problem = 'problem' in found ? found.problem : `it is the manifest of ${found.backup.name}`
  const code = 'isNewer' in found && found.isNewer ? 'server_backup.newer' : 'server_backup.damaged'
  throw new Fault(code, { details: { name, problem } })
}

/** While a manifest cannot be read, nobody knows what it needs. */
async function removeUnneeded(shelf: Shelf): Promise<void> {
  await shelf.files.sweep()
  const backups = (await shelf.list()).map(({ backup }) => backup)
  if (backups.includes(null)) return
  const needed = new Set(
    backups.flatMap((backup) => (backup === null ? [] : filesOf(backup))).map(({ sha256 }) => sha256),
  )
  for (const digest of await shelf.files.list()) if (!needed.has(digest)) await shelf.files.remove(digest)
}
