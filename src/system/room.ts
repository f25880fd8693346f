import { open, stat, truncate } from 'node:fs/promises'
import { Fault } from '../lib/fault.ts'
import { diskFault, isMissing } from './errors.ts'
import { runChild } from './process.ts'
import { systemPath } from './programs.ts'

const LIMIT_MS = 10_000

/**
 * Sets space aside in a file, so that as much can be written there whatever else fills the disk; its length stays. Where
 * the file system cannot do that, nothing is set aside. Fault `disk.full`.
 */
export async function setRoomAside(path: string, { from, bytes }: { from: number; bytes: number }): Promise<void> {
  const { tail } = await runChild({
    argv: ['fallocate', '--keep-size', '--offset', String(from), '--length', String(bytes), path],
    env: { PATH: systemPath, LC_ALL: 'C' },
    limitMs: LIMIT_MS,
    signal: new AbortController().signal,
  })
  if (/No space left on device|Disk quota exceeded/.test(tail))
    throw new Fault('disk.full', { details: { path, tail } })
}

/** Gives back what was set aside behind the end of a file and not used. Nobody may be writing. */
export async function giveRoomBack(path: string): Promise<void> {
  try {
    await truncate(path, (await stat(path)).size)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** What was set aside in it is given back too. */
export async function emptyFile(path: string): Promise<void> {
  await truncate(path, 0)
}

/** In bytes; a file that is not there is made, for us alone. */
export async function lengthOf(path: string): Promise<number> {
  try {
    await using file = await open(path, 'a', 0o600)
    return (await file.stat()).size
  } catch (error) {
    throw diskFault(error, path)
  }
}
