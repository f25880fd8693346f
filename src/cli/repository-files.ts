import { join } from 'node:path'
import type { Files } from '../config/init.ts'
import { readText } from '../system/files.ts'
import { filesBelow } from '../system/tree.ts'
import { gitText } from './git.ts'
import type { World } from './world.ts'

const mostFiles = 20_000
const mostBytesOfOne = 256 * 1024
const mostBytes = 64 * 1024 * 1024

/** The text files below the current folder that belong to the repository, by path; null for those that are not text, or long. */
export async function repositoryFiles(world: World): Promise<Files> {
  const files: Record<string, string | null> = {}
  let room = mostBytes
  for (const path of (await pathsIn(world)).slice(0, mostFiles)) {
    world.signal.throwIfAborted()
    const text = room > 0 ? await textOf(join(world.folder, path)) : null
    room -= text?.length ?? 0
    files[path] = text
  }
  return files
}

/** What git would commit; without git, everything that is not hidden or brought in by a package manager. */
async function pathsIn(world: World): Promise<readonly string[]> {
  const listed = await gitText(world, 'ls-files', '--cached', '--others', '--exclude-standard', '-z')
  if (listed !== null) return listed.split('\0').filter((path) => path !== '')
  const isOurs = (name: string) => !name.startsWith('.') && !foreign.includes(name)
  return await filesBelow(world.folder, { isWanted: isOurs, most: mostFiles })
}

const foreign = ['node_modules', 'vendor', 'venv', '__pycache__', 'dist', 'target']

async function textOf(path: string): Promise<string | null> {
  try {
    const text = await readText(path, mostBytesOfOne)
    return text?.includes('\0') ? null : text
  } catch {
    return null // Too long, a folder of another repository, not ours to read: its name alone has to do.
  }
}
