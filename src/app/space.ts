import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFault, freeBytes, isMissing } from '../system/files.ts'
import type { DataDirectory } from './data-directory.ts'

/** With less the server begins nothing: what was begun could not be ended, nor what came of it be stored. */
export const neededMiB = 4
const neededBytes = neededMiB * 1024 * 1024

/** Fault `disk.full`. Only writing tells: root may write where others cannot, and a quota is in no figure. */
export async function assertSpace(path: string): Promise<void> {
  const trial = join(path, 'space.tmp')
  try {
    await writeFile(trial, Buffer.alloc(neededBytes), { mode: 0o600 })
  } catch (error) {
    throw diskFault(error, path)
  } finally {
    await rm(trial, { force: true })
  }
}

/** What lies on a disk that is full, or nearly. Each may be on a disk of its own. */
export async function fullPlaces(data: DataDirectory): Promise<readonly string[]> {
  const places = {
    store: data.path,
    repositories: data.repositories,
    workspaces: data.workspaces,
    artifacts: data.artifacts,
    'job logs': data.jobLogs,
    host: data.host,
  }
  const found = await Promise.all(
    Object.entries(places).map(async ([name, path]) => ((await isFull(path)) ? name : null)),
  )
  return found.filter((name) => name !== null)
}

async function isFull(path: string): Promise<boolean> {
  try {
    return (await freeBytes(path)) < neededBytes
  } catch (error) {
    if (isMissing(error)) return false // It is made when it is needed, where the others are.
    throw error
  }
}
