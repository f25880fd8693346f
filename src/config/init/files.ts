/** Text by path from the root of the repository; null where a file is there whose text is not (too long, not text). */
export type Files = Readonly<Record<string, string | null>>

export function has(files: Files, path: string): boolean {
  return Object.hasOwn(files, path)
}

/** The text of a file; empty when it is not there or not text. */
export function read(files: Files, path: string): string {
  return has(files, path) ? (files[path] ?? '') : ''
}

/** Paths that a pattern matches, those nearest to the root first. */
export function find(files: Files, pattern: RegExp): readonly string[] {
  const depth = (path: string) => path.split('/').length
  return Object.keys(files)
    .filter((path) => pattern.test(path))
    .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
}

export function folderOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at === -1 ? '.' : path.slice(0, at)
}

export function inFolder(folder: string, path: string): string {
  return folder === '.' ? path : `${folder}/${path}`
}

/** The way from a folder of the repository back to its root. */
export function toRoot(folder: string): string {
  return folder === '.' ? '' : '../'.repeat(folder.split('/').length)
}
