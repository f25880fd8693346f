import { chmod, lstat, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMissing, syncDirectory } from './files.ts'

export interface TreeOptions {
  /** Whether a file or folder of this name is looked at. */
  readonly isWanted: (name: string) => boolean
  readonly most: number
}

/** Paths of the files below a folder, relative to it, nearest first and in order; links are not followed. */
export async function filesBelow(root: string, { isWanted, most }: TreeOptions): Promise<readonly string[]> {
  const found: string[] = []
  const folders = ['']
  for (let folder = folders.shift(); folder !== undefined && found.length < most; folder = folders.shift()) {
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    for (const entry of entries.filter(({ name }) => isWanted(name)).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name))
      if (entry.isFile()) found.push(join(folder, entry.name))
    }
  }
  return found.slice(0, most)
}

/**
 * Makes a file, or a folder with all that is in it, readable for nobody but its owner, and survive a power loss. Gives the bytes in its
 * files; 0 when it is not there. Links are not followed.
 */
export async function sealTree(path: string): Promise<number> {
  const bytes = await sealAll(path)
  if (bytes > 0) await syncDirectory(dirname(path))
  return bytes
}

async function sealAll(path: string): Promise<number> {
  const found = await lstat(path).catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (found?.isFile()) return await sealFile(path, found.size)
  if (!found?.isDirectory()) return 0
  await chmod(path, 0o700)
  let bytes = 0
  for (const name of await readdir(path)) bytes += await sealAll(join(path, name))
  await syncDirectory(path)
  return bytes
}

async function sealFile(path: string, size: number): Promise<number> {
  await using file = await open(path, 'r')
  await file.chmod(0o600)
  await file.sync()
  return size
}
