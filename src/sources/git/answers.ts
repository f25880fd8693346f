import type { Commit, LogEntry } from '../source.ts'

/** What git prints, read. Pure. */

export interface Ref {
  readonly name: string
  readonly sha: string
  /** The commit it stands for; null when it is none, `ask` when git has to be asked again. */
  readonly peeled: string | null
}

export function refsIn(text: string): readonly Ref[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [type = '', sha = '', innerType = '', inner = '', ...name] = line.split(' ')
      return { name: name.join(' '), sha, peeled: peel({ type, sha, innerType, inner }) }
    })
}

interface Peelable {
  readonly type: string
  readonly sha: string
  readonly innerType: string
  readonly inner: string
}

function peel({ type, sha, innerType, inner }: Peelable): string | null {
  if (type === 'commit') return sha
  if (type !== 'tag') return null
  if (innerType === 'commit') return inner
  return innerType === 'tag' ? 'ask' : null
}

/** Five fields a commit, each ended by NUL. */
export const commitFormat = '%H%x00%P%x00%s%x00%an%x00%ct'

const FIELDS = 5

export function commitsIn(text: string): readonly Commit[] {
  const fields = text.split('\0')
  return Array.from({ length: Math.floor(fields.length / FIELDS) }, (_, index) => {
    const [sha = '', parents = '', title = '', author = '', seconds = ''] = fields.slice(index * FIELDS)
    return {
      sha,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      title: plain(title),
      author: plain(author),
      committedAt: Number(seconds) * 1000,
    }
  })
}

/** Marked by an empty field before it, ended by one after it, and then the paths: none of these is ever empty. */
export const logFormat = `%x00${commitFormat}%x00%b%x00`

/** Longer messages are cut: they are for people to read. */
const longestBody = 10_000

export function logIn(text: string): readonly LogEntry[] {
  const fields = text.split('\0')
  const entries: LogEntry[] = []
  let at = 0
  while (at < fields.length) {
    if (fields[at] === '' || fields[at] === '\n') {
      at += 1
      continue
    }
    const [commit] = commitsIn(fields.slice(at, at + FIELDS).join('\0')) as [Commit]
    const body = fields[at + FIELDS] ?? ''
    const paths = pathsFrom(fields, at + FIELDS + 2)
    entries.push({ ...commit, body: plainLines(body).slice(0, longestBody).trim(), paths })
    at += FIELDS + 2 + paths.length
  }
  return entries
}

/** Git puts a line feed before the first path. */
function pathsFrom(fields: readonly string[], start: number): readonly string[] {
  if (fields[start]?.startsWith('\n') !== true) return []
  const end = fields.indexOf('', start)
  const paths = fields.slice(start, end < 0 ? undefined : end)
  return paths.map((path, index) => (index === 0 ? path.slice(1) : path))
}

function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n')
}

/** A title reaches terminals and pages: nothing in it may move a cursor or turn a line around. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '')
}

export interface Entry {
  readonly mode: string
  readonly sha: string
  readonly bytes: number
  readonly path: string
}

/** `<mode> <type> <object> <size>\t<path>\0` */
export function entriesIn(text: string): readonly Entry[] {
  return namesIn(text).map((entry) => {
    const tab = entry.indexOf('\t')
    const [mode = '', , sha = '', bytes = ''] = entry.slice(0, tab).split(/ +/)
    return { mode, sha, bytes: Number(bytes) || 0, path: entry.slice(tab + 1) }
  })
}

export function namesIn(text: string): readonly string[] {
  return text.split('\0').filter((name) => name !== '')
}

/** The branch in `ref: refs/heads/trunk\tHEAD`, or null. */
export function headIn(text: string): string | null {
  return /^ref: (refs\/heads\/[^\t\n]+)\tHEAD$/m.exec(text)?.[1] ?? null
}
