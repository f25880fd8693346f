import { cp, lstat, mkdir, readlink, rename, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, diskFault, isMissing, removeTree } from './files.ts'
import { newId } from './random.ts'

/** What stands at a path itself, links not followed. */
export async function kindOf(path: string): Promise<'folder' | 'file' | 'link' | 'other' | 'nothing'> {
  try {
    const found = await lstat(path)
    if (found.isDirectory()) return 'folder'
    if (found.isFile()) return 'file'
    return found.isSymbolicLink() ? 'link' : 'other'
  } catch (error) {
    if (isMissing(error)) return 'nothing'
    throw error
  }
}

/** Where a symbolic link leads, as it is written; null when the path is none. */
export async function linkTarget(path: string): Promise<string | null> {
  return (await kindOf(path)) === 'link' ? await readlink(path) : null
}

/** The permission bits of a file or folder. */
export async function modeOf(path: string): Promise<number> {
  return (await lstat(path)).mode & 0o7777
}

/**
 * Makes `path` a symbolic link to `kept`. When there is nothing at `kept` yet, what stands at `path` becomes its first
 * content; afterwards `kept` always wins. Interrupted anywhere and called again, it comes to the same end.
 */
export async function linkToKept(path: string, kept: string): Promise<void> {
  try {
    const kind = await kindOf(path)
    if (kind === 'link' && (await readlink(path)) === kept) return
    if ((await kindOf(kept)) === 'nothing') await firstContent(path, kept, kind)
    await removeTree(path)
    await mkdir(dirname(path), { recursive: true })
    await symlink(kept, path)
  } catch (error) {
    throw diskFault(error, kept)
  }
}

/** Makes `path` a symbolic link to `target` in one step: whoever looks finds what it led to before, or this. */
export async function pointLink(path: string, target: string): Promise<void> {
  const fresh = `${path}.${newId('new')}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await symlink(target, fresh)
    await rename(fresh, path)
  } catch (error) {
    throw diskFault(error, path)
  }
}

/** Gives a file or folder another name; whether there was one. */
export async function moveAway(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && (await kindOf(from)) === 'nothing') return false
    throw diskFault(error, to)
  }
}

async function firstContent(path: string, kept: string, kind: string): Promise<void> {
  await mkdir(dirname(kept), { recursive: true })
  if (kind !== 'folder' && kind !== 'file') return void (await mkdir(kept, { recursive: true }))
  try {
    await rename(path, kept)
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error
    await cp(path, `${kept}.new`, { recursive: true, preserveTimestamps: true })
    await rename(`${kept}.new`, kept)
  }
}
