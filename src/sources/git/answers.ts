import type { Commit } from '../source.ts'

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
