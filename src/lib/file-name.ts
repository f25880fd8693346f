import { sha256 } from './hash.ts'

const LONGEST_READABLE = 40

/**
 * A short file name for any text: letters, digits, `.`, `_` and `-` only, never hidden, never `..`. Different texts get
 * different names: what is not usable as it is gets a piece of its hash.
 */
export function fileNameFor(text: string): string {
  const isUsable = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(text) && text.length <= LONGEST_READABLE && !hashed.test(text)
  if (isUsable) return text
  const readable = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, LONGEST_READABLE)
  return `${readable || 'x'}-${sha256(text).slice(0, 12)}`
}

/** What looks as if it had been made here is made anew, so that nobody can choose another text's name. */
const hashed = /-[0-9a-f]{12}$/
