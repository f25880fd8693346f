import type { OpenFile } from '../system/folder-file.ts'
import { openInFolder } from '../system/folder-file.ts'
import type { FilesFolder, RouteFiles } from './protocol.ts'
import type { RequestHead } from './request-head.ts'

/** A path of a visitor's that lies below the url of some files. */
export interface FilesWish {
  readonly files: RouteFiles
  /** Of the path below the url, each as it is on the disk; empty for the url itself. */
  readonly segments: readonly string[]
  /** The visitor's path ends in a slash: a folder is meant. */
  readonly isFolder: boolean
}

export type FilesFound =
  | { readonly kind: 'file'; readonly file: OpenFile; readonly folder: FilesFolder; readonly name: string }
  /** There is a folder of this name with a page in it. */
  | { readonly kind: 'folder' }
  | { readonly kind: 'nothing' }

const index = 'index.html'

/** Which files a request is for; null for none. `all` has the longest url first. */
export function filesWish(all: readonly RouteFiles[], { method, target }: RequestHead): FilesWish | null {
  if (method !== 'GET' && method !== 'HEAD') return null
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  const files = all.find(({ url }) => isBelow(path, url))
  if (files === undefined) return null
  const rest = path.slice(files.url === '/' ? 1 : files.url.length + 1)
  const parts = rest.split('/')
  const isFolder = path.endsWith('/')
  if (isFolder || rest === '') parts.pop()
  const segments = parts.map(plainSegment)
  return segments.includes(null) ? null : { files, segments: segments as string[], isFolder }
}

function isBelow(path: string, url: string): boolean {
  return url === '/' || (path.startsWith(url) && (path.length === url.length || path[url.length] === '/'))
}

/** A name that can only be that of something in a folder, and is not hidden; null for everything else. */
function plainSegment(text: string): string | null {
  try {
    const name = decodeURIComponent(text)
    return name === '' || name.startsWith('.') || /[/\\\0]/.test(name) ? null : name
  } catch {
    return null // Not percent-encoding: no file has such a name.
  }
}

/** Opens the first that is there. */
export async function findFile({ files, segments, isFolder }: FilesWish, now: number): Promise<FilesFound> {
  const names = isFolder ? [...segments, index] : segments
  for (const folder of files.folders) {
    if (folder.until !== null && folder.until < now) continue
    const file = await openInFolder(folder.path, names)
    if (file === 'folder') {
      const page = await openInFolder(folder.path, [...names, index])
      if (page === null || page === 'folder') continue
      await page.close()
      return { kind: 'folder' }
    }
    if (file !== null) return { kind: 'file', file, folder, name: names.at(-1) ?? '' }
  }
  return { kind: 'nothing' }
}
