import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

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
