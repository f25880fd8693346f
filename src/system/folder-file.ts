import { constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'
import { codeOf } from './errors.ts'

/** An open file; whoever has it closes it. */
export interface OpenFile {
  readonly size: number
  readonly modifiedMs: number
  /** Up to `length` bytes from `position`; fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** Not there, or not for us: to whoever asked it is all the same. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'EPERM', 'ENXIO', 'EISDIR', 'ENODEV'])

/**
 * Opens a regular file below `root`, a path without links. Null when there is none, when a link on the way leads out of
 * the folder, or when it is really a hidden one. What was opened is asked where it lies, so that nothing can be
 * exchanged between the look and the opening.
 */
export async function openInFolder(root: string, segments: readonly string[]): Promise<OpenFile | 'folder' | null> {
  const path = [root, ...segments].join('/')
  let file: FileHandle
  try {
    // Without O_NONBLOCK a pipe would keep us until somebody writes into it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (absent.has(codeOf(error) ?? '')) return null
    throw error
  }
  try {
    const found = isVisible(root, await readlink(`/proc/self/fd/${file.fd}`)) ? await file.stat() : null
    if (found?.isFile()) return fileOf(file, found)
    await file.close()
    return found?.isDirectory() ? 'folder' : null
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The same path with its links followed; null when nothing is there. */
export async function withoutLinks(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (error) {
    if (absent.has(codeOf(error) ?? '')) return null
    throw error
  }
}

export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)
}

function isVisible(root: string, path: string): boolean {
  return isWithin(root, path) && !path.slice(root.length).includes('/.')
}

function fileOf(file: FileHandle, { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): OpenFile {
  return {
    size,
    modifiedMs: mtimeMs,
    read: async (position, length) => {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position)
      return buffer.subarray(0, bytesRead)
    },
    close: () => file.close(),
  }
}
