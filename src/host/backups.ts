import { join } from 'node:path'
import { makeDirectory, modifiedAt, namesIn, removeTree } from '../system/files.ts'
import { sealTree } from '../system/tree.ts'
import type { BackupFile } from '../targets/driver.ts'

/** Where a backup lies while it is made and afterwards, and how many of them stay. */
export interface BackupRecord {
  readonly folder: string
  readonly path: string
  readonly keep: number
}

/** Makes room for a backup; what an earlier try of the same name has left is no backup. */
export async function beginBackup({ folder, path }: BackupRecord): Promise<void> {
  await makeDirectory(folder, 0o700)
  await removeTree(path)
}

/** Only a file with something in it counts, or a folder with such files, and only then do older ones go. */
export async function endBackup({ folder, path, keep }: BackupRecord): Promise<BackupFile> {
  const bytes = await sealTree(path)
  if (bytes === 0) {
    await removeTree(path)
    return { path, bytes }
  }
  await keepBackups(folder, keep)
  return { path, bytes }
}

/** A command that failed leaves no half of a backup that somebody could take for a whole one. */
export async function dropBackup({ path }: BackupRecord): Promise<void> {
  await removeTree(path)
}

async function keepBackups(folder: string, keep: number): Promise<void> {
  const all = await Promise.all(
    (await namesIn(folder)).map(async (name) => ({ name, at: (await modifiedAt(join(folder, name))) ?? 0 })),
  )
  const old = all.sort((a, b) => b.at - a.at).slice(keep)
  for (const { name } of old) await removeTree(join(folder, name))
}
