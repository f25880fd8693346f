import { copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256OfFile, syncFileSystem } from './archive.ts'
import { codeOf, diskFault } from './errors.ts'
import { isWithin, withoutLinks } from './folder-file.ts'
import { newId } from './random.ts'

interface Pair {
  readonly from: string
  readonly to: string
}

export interface FolderCopy {
  /** A path without links. */
  readonly from: string
  readonly to: string
}

/**
 * Copies files that are not there yet; nothing is overwritten and nothing removed. Gives the names, within their folders,
 * of files that are there with another content: then nothing at all has been copied. Hidden files, and links that lead out
 * of the folder, are left out, as nobody would be given them.
 */
export async function copyNewFiles(copies: readonly FolderCopy[], signal: AbortSignal): Promise<readonly string[]> {
  const fresh: Pair[] = []
  const reused: string[] = []
  for (const { from, to } of copies) {
    for (const name of await filesIn(from, '')) {
      signal.throwIfAborted()
      const pair = { from: join(from, name), to: join(to, name) }
      const found = await compare(pair, signal)
      if (found === 'other') reused.push(name)
      if (found === 'nothing') fresh.push(pair)
    }
  }
  if (reused.length > 0) return reused
  await copyAll(fresh, signal)
  return []
}

async function filesIn(root: string, below: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) found.push(...(await filesIn(root, name)))
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFileWithin(root, name)))) found.push(name)
  }
  return found
}

async function isFileWithin(root: string, name: string): Promise<boolean> {
  const path = await withoutLinks(join(root, name))
  return path !== null && isWithin(root, path) && (await stat(path)).isFile()
}

async function compare({ from, to }: Pair, signal: AbortSignal): Promise<'same' | 'other' | 'nothing'> {
  try {
    const [one, other] = await Promise.all([stat(from), stat(to)])
    if (!other.isFile() || one.size !== other.size) return 'other'
    const [a, b] = await Promise.all([sha256OfFile(from, signal), sha256OfFile(to, signal)])
    return a === b ? 'same' : 'other'
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing'
    if (codeOf(error) === 'ENOTDIR') return 'other' // A file has the name of a folder on the way.
    throw error
  }
}

/** On the disk before they get their names: a power loss leaves each whole under its name, or not at all. */
async function copyAll(pairs: readonly Pair[], signal: AbortSignal): Promise<void> {
  const [first] = pairs
  if (first === undefined) return
  const copies = pairs.map(({ from, to }) => ({ from, temporary: join(dirname(to), `.${newId('copy')}`), to }))
  try {
    for (const { from, temporary } of copies) {
      signal.throwIfAborted()
      await mkdir(dirname(temporary), { recursive: true })
      await copyFile(from, temporary)
    }
    await syncFileSystem(dirname(first.to), signal)
    for (const copy of copies) await giveName(copy)
  } catch (error) {
    throw diskFault(error, first.to)
  } finally {
    for (const { temporary } of copies) await rm(temporary, { force: true })
  }
}

/** Somebody who was as quick as we has put the same there. */
async function giveName({ temporary, to }: { readonly temporary: string; readonly to: string }): Promise<void> {
  await link(temporary, to).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
}
