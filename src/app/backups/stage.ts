import { constants } from 'node:fs'
import { chmod, copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { KeptFile, ServerBackup } from '../../domain/server-backup.ts'
import { Fault } from '../../lib/fault.ts'
import { gitBundles } from '../../sources/git/bundling.ts'
import { markRestored, type Reached } from '../../store/restored.ts'
import { sha256OfFile } from '../../system/archive.ts'
import { openArtifacts } from '../../system/artifacts.ts'
import { contentOf, diskFault, isMissing, makeDirectory } from '../../system/files.ts'
import { dataPaths } from '../data-directory.ts'
import { gitEnvironment } from '../environment.ts'
import { databaseWork } from './database.ts'
import type { Shelf } from './shelf.ts'
import { asDamaged } from './verify.ts'

export interface Staging {
  readonly shelf: Shelf
  readonly backup: ServerBackup
  /** An empty folder, in which a data directory is made. */
  readonly into: string
  readonly now: number
  readonly reached: Reached | null
  readonly signal: AbortSignal
}

/** Makes a data directory from a backup, every file and fact of it looked at. Faults `server_backup.damaged`, `disk.full`. */
export async function stage(staging: Staging): Promise<void> {
  const { backup } = staging
  await asDamaged(backup.name, async () => {
    await stageDatabase(staging)
    await stageArtifacts(staging)
    await stageRepositories(staging)
    await stageLogs(staging)
  })
}

async function stageDatabase({ shelf, backup, into, now, reached, signal }: Staging): Promise<void> {
  const { database } = dataPaths(into)
  await copyOf({ shelf, signal }, backup.database, database)
  const { journal } = await databaseWork({ copy: null, look: database }, signal)
  if (journal.head !== backup.journal.head)
    throw new Fault('store.damaged', { details: { path: database, problem: 'its journal ends otherwise' } })
  markRestored(database, { backup: backup.name, takenAt: backup.takenAt, now, reached })
}

async function stageArtifacts({ shelf, backup, into, signal }: Staging): Promise<void> {
  const to = openArtifacts(dataPaths(into).artifacts)
  for (const { sha256 } of backup.artifacts) {
    const path = shelf.files.path(sha256)
    const { digest } = await to.put(contentOf(path, signal))
    if (digest !== sha256) throw new Fault('artifact.damaged', { details: { digest: sha256, path, found: digest } })
  }
}

async function stageRepositories({ shelf, backup, into, signal }: Staging): Promise<void> {
  const bundles = gitBundles({ reposDir: dataPaths(into).repositories, env: gitEnvironment(), signal })
  for (const { project, head, bundle } of backup.repositories) {
    if (bundle !== null) await shelf.files.verify(bundle.sha256)
    const file = bundle === null ? null : shelf.files.path(bundle.sha256)
    await bundles.read(project, { file, head }, signal)
  }
}

async function stageLogs({ shelf, backup, into, signal }: Staging): Promise<void> {
  const { jobLogs } = dataPaths(into)
  for (const log of backup.logs ?? []) await copyOf({ shelf, signal }, log, join(jobLogs, log.path))
}

/** The copy is what is looked at: it is what will be used. */
async function copyOf({ shelf, signal }: Pick<Staging, 'shelf' | 'signal'>, file: KeptFile, to: string): Promise<void> {
  await makeDirectory(dirname(to), 0o750)
  const from = shelf.files.path(file.sha256)
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch((error: unknown) => {
    throw isMissing(error) ? new Fault('artifact.missing', { details: { digest: file.sha256 } }) : diskFault(error, to)
  })
  await chmod(to, 0o640)
  const found = await sha256OfFile(to, signal)
  if (found !== file.sha256)
    throw new Fault('artifact.damaged', { details: { digest: file.sha256, path: from, found } })
}
