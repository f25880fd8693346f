import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { Fault } from '../lib/fault.ts'
import { contentOf } from './files.ts'
import { assertSuccess, runChild } from './process.ts'
import { systemPath } from './programs.ts'

/** SHA-256 of a file's bytes, read piece by piece. Rejects with the system's error when it cannot be read. */
export async function sha256OfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(contentOf(path, signal), hash, { signal })
  return hash.digest('hex')
}

/** Longest time one archive may take to be unpacked. */
const UNPACK_LIMIT_MS = 30 * 60_000

/** What GNU tar and busybox say; GNU tar does not give the reason when a part of a block still fitted. */
const diskWasFull = /No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/

/**
 * Unpacks a plain tar archive into an existing folder, with our own user as the owner of everything. tar itself keeps
 * its members within the folder.
 */
export async function unpackTar(archive: string, into: string, signal: AbortSignal): Promise<void> {
  const argv = ['tar', '-x', '-f', archive, '-C', into, '--no-same-owner', '--no-same-permissions']
  const result = await runChild({ argv, env: { PATH: systemPath, LC_ALL: 'C' }, limitMs: UNPACK_LIMIT_MS, signal })
  if (result.ended === 'aborted') throw signal.reason
  if (diskWasFull.test(result.tail)) {
    throw new Fault('disk.full', { details: { path: into, tail: result.tail } })
  }
  assertSuccess(argv, result)
}

/** Writes out everything the file system that holds `path` still has in memory. */
export async function syncFileSystem(path: string, signal: AbortSignal): Promise<void> {
  const argv = ['sync', '-f', path]
  const result = await runChild({ argv, env: { PATH: systemPath }, limitMs: UNPACK_LIMIT_MS, signal })
  if (result.ended === 'aborted') throw signal.reason
  assertSuccess(argv, result)
}
