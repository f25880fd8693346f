import { constants, createReadStream, type Stats } from 'node:fs'
import {
  access,
  appendFile,
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  statfs,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Fault } from '../lib/fault.ts'
import { diskFault, isMissing } from './errors.ts'
import { problemOf, runChild } from './process.ts'
import { systemPath } from './programs.ts'
import { newId } from './random.ts'

export { codeOf, diskFault, isDiskFull, isMissing } from './errors.ts'

/** A file's bytes, piece by piece; whoever reads them hears of a file that cannot be read. */
export function contentOf(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 1024 * 1024, signal })
}

export interface WriteOptions {
  readonly mode?: number
}

/**
 * Writes a file so that a reader, and a start after a power loss, finds either the old content or the new one, whole.
 * Fault `disk.full` leaves the old content in place.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const temporary = `${path}.${newId('tmp')}`
  try {
    await writeSynced(temporary, data, options.mode ?? 0o644)
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw diskFault(error, path)
  }
}

async function writeSynced(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode)
  await file.writeFile(data)
  await file.sync()
}

/** Makes a rename or a new name in this directory survive a power loss. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Writes a file that need not survive a power loss. */
export async function writeText(path: string, text: string, mode = 0o644): Promise<void> {
  await writeFile(path, text, { mode }).catch((error: unknown) => {
    throw diskFault(error, path)
  })
}

/** Adds to the end of a file, which is made when it is not there. */
export async function appendText(path: string, text: string): Promise<void> {
  await appendFile(path, text, { mode: 0o644 }).catch((error: unknown) => {
    throw diskFault(error, path)
  })
}

/** When a file was last written, by the wall clock; null when it is not there. */
export async function modifiedAt(path: string): Promise<number | null> {
  try {
    return (await lstat(path)).mtimeMs
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Makes a directory and those above it; one that is there is fine. */
export async function makeDirectory(path: string, mode = 0o755): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode })
  } catch (error) {
    throw diskFault(error, path)
  }
}

/** The names in a directory, sorted; none when it is not there. */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** A file's text, or null when it is not there. Fault `file.too_large` over the limit, before it is read. */
export async function readText(path: string, limitBytes: number): Promise<string | null> {
  try {
    await using file = await open(path, 'r')
    const buffer = Buffer.alloc(limitBytes + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length)
      if (bytesRead === 0) return buffer.toString('utf8', 0, length)
      length += bytesRead
      if (length > limitBytes) throw new Fault('file.too_large', { details: { path, limitBytes } })
    }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string
}

/** A fresh directory for `await using`; gone with everything in it at the end of the block. */
export async function temporaryDirectory(prefix: string, parent = tmpdir()): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(parent, `${prefix}-`)).catch((error: unknown) => {
    throw diskFault(error, parent)
  })
  return { path, [Symbol.asyncDispose]: () => removeTree(path) }
}

/**
 * Removes a file or a directory with everything in it, read-only folders too; one that is not there is fine. Node's own
 * way holds the whole process up while it works, for seconds with many files, so a folder is left to `rm`.
 */
export async function removeTree(path: string): Promise<void> {
  const found = await lstatOrNull(path)
  if (found === null) return
  if (!found.isDirectory()) return rm(path, { force: true })
  if ((await removeWithProgram(path)) === null) return
  await openFolders(path).catch(() => {}) // What cannot be opened cannot be removed, and `rm` says so.
  const problem = await removeWithProgram(path)
  if (problem !== null) throw new Fault('file.not_removed', { details: { path, problem } })
}

const REMOVE_LIMIT_MS = 60 * 60_000

/** What `rm` had to say; null when all is gone. */
async function removeWithProgram(path: string): Promise<string | null> {
  const result = await runChild({
    argv: ['rm', '-rf', '--', path],
    env: { PATH: systemPath, LC_ALL: 'C' },
    limitMs: REMOVE_LIMIT_MS,
    signal: new AbortController().signal,
  })
  return result.exitCode === 0 ? null : result.tail.trimEnd() || problemOf(result)
}

/** Entries of a folder can only be removed when the folder may be written to. */
async function openFolders(path: string): Promise<void> {
  if (!(await lstatOrNull(path))?.isDirectory()) return
  await chmod(path, 0o700)
  for (const name of await readdir(path)) await openFolders(join(path, name))
}

async function lstatOrNull(path: string): Promise<Stats | null> {
  return lstat(path).catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
}

/** Who may do what with it; null when there is no such file. */
export async function modeOf(path: string): Promise<number | null> {
  return (await lstatOrNull(path))?.mode ?? null
}

/** 0 when there is no such file. */
export async function fileBytes(path: string): Promise<number> {
  return (await lstatOrNull(path))?.size ?? 0
}

/** Whether another file system begins here. */
export async function isMountPoint(path: string): Promise<boolean> {
  const [here, above] = [await lstatOrNull(path), await lstatOrNull(dirname(path))]
  return here !== null && here.dev !== above?.dev
}

/** Bytes that an ordinary user may still write on the file system that holds `path`. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}
