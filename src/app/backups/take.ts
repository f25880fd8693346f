import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  backupName,
  type KeptFile,
  type KeptLog,
  type KeptRepository,
  type ServerBackup,
} from '../../domain/server-backup.ts'
import type { Bundles } from '../../sources/source.ts'
import type { CopySeen } from '../../store/copy.ts'
import { openArtifacts, type StoredArchive } from '../../system/artifacts.ts'
import { contentOf, exists, isMissing } from '../../system/files.ts'
import { filesBelow } from '../../system/tree.ts'
import type { DataPaths } from '../data-directory.ts'
import { databaseWork } from './database.ts'
import type { Shelf } from './shelf.ts'

export interface Taking {
  readonly data: DataPaths
  readonly shelf: Shelf
  readonly bundles: Bundles
  readonly program: string
  readonly recipient: string | null
  readonly withLogs: boolean
  readonly now: number
  readonly signal: AbortSignal
}

interface Keeping extends Taking {
  readonly isKept: (file: KeptFile) => Promise<boolean>
}

/**
 * Takes a backup, whoever is at work in the data directory. The database is as it was at one moment. Repositories and logs are
 * read after it, so that everything it names is there; archives before and after it, as old ones may be thrown away meanwhile.
 */
export async function takeBackup(wish: Taking): Promise<ServerBackup> {
  const { shelf, now, program, recipient } = wish
  const taking = { ...wish, isKept: await shelf.look() }
  const before = (await shelf.list()).find(({ backup }) => backup !== null)?.backup ?? null
  await keepArtifacts(taking, await openArtifacts(taking.data.artifacts).list())
  const { database, seen } = await keepDatabase(taking)
  const { artifacts, lost } = await keepArtifacts(taking, seen.digests)
  const backup: ServerBackup = {
    ...{ name: backupName(now), takenAt: now, program, recipient, schema: seen.schema, journal: seen.journal },
    ...{ database, artifacts, lostArtifacts: lost },
    repositories: await keepRepositories(taking, seen.projects, before),
    logs: taking.withLogs ? await keepLogs(taking, before) : null,
  }
  await shelf.add(backup)
  return backup
}

async function keepDatabase({ shelf, data, signal }: Taking): Promise<{ database: KeptFile; seen: CopySeen }> {
  let seen: CopySeen | null = null
  const stored = await shelf.files.take(async (path) => {
    seen = await databaseWork({ copy: data.database, look: path }, signal)
  })
  if (seen === null) throw new TypeError('nobody has looked at the copy')
  return { database: keptAs(stored), seen }
}

/** Named by their content already, so that one that is there is never read again. */
async function keepArtifacts({ data, shelf, isKept, signal }: Keeping, digests: readonly string[]) {
  const from = openArtifacts(data.artifacts)
  const artifacts: KeptFile[] = []
  const lost: string[] = []
  for (const sha256 of digests) {
    const bytes = await bytesAt(from.path(sha256))
    if (bytes === null) lost.push(sha256)
    else if (await isKept({ sha256, bytes })) artifacts.push({ sha256, bytes })
    else {
      const stored = keptAs(await shelf.files.put(contentOf(from.path(sha256), signal)))
      if (stored.sha256 === sha256) artifacts.push(stored)
      else lost.push(sha256)
    }
  }
  return { artifacts, lost }
}

async function keepRepositories(
  { bundles, shelf, isKept, signal }: Keeping,
  projects: readonly string[],
  before: ServerBackup | null,
): Promise<readonly KeptRepository[]> {
  const kept: KeptRepository[] = []
  for (const project of projects) {
    const { head, refs, isEmpty } = await bundles.state(project)
    const same = before?.repositories.find((each) => each.project === project && each.refs === refs)?.bundle
    if (isEmpty) kept.push({ project, head, refs, bundle: null })
    else if (same && (await isKept(same))) kept.push({ project, head, refs, bundle: same })
    else {
      const bundle = keptAs(await shelf.files.take((path) => bundles.write(project, path, signal)))
      kept.push({ project, head, refs, bundle })
    }
  }
  return kept
}

/** A log that grows is kept as far as it is; one that is thrown away meanwhile is in none. */
async function keepLogs(taking: Keeping, before: ServerBackup | null): Promise<readonly KeptLog[]> {
  const { jobLogs } = taking.data
  if (!(await exists(jobLogs))) return []
  const known = new Map(before?.logs?.map((log) => [log.path, log]))
  const kept: KeptLog[] = []
  for (const path of await filesBelow(jobLogs, { isWanted: () => true, most: Number.POSITIVE_INFINITY })) {
    const log = await keepLog(taking, path, { same: known.get(path), takenAt: before?.takenAt ?? 0 }).catch(
      nullIfMissing,
    )
    if (log !== null) kept.push(log)
  }
  return kept
}

/** One that has not changed since before the backup before is not read again. */
async function keepLog(
  { data, shelf, isKept, signal }: Keeping,
  path: string,
  { same, takenAt }: { readonly same: KeptLog | undefined; readonly takenAt: number },
): Promise<KeptLog> {
  const { size, mtimeMs: modifiedAt } = await stat(join(data.jobLogs, path))
  const isSame = same?.bytes === size && same.modifiedAt === modifiedAt && modifiedAt < takenAt
  if (same && isSame && (await isKept(same))) return same
  return { path, modifiedAt, ...keptAs(await shelf.files.put(contentOf(join(data.jobLogs, path), signal))) }
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}

async function bytesAt(path: string): Promise<number | null> {
  return await stat(path).then(({ size }) => size, nullIfMissing)
}

function keptAs({ digest, bytes }: StoredArchive): KeptFile {
  return { sha256: digest, bytes }
}
