/**
 * Globs as GitHub's workflow files read them (requirements T9), so that filters can be carried over as they are:
 *
 * - a pattern is for the whole path, from the root of the repository, with `/` between folders and case as written;
 * - `*` is any run of characters but `/`; `**` is any run at all; a `**` that fills a whole folder may also be no folder;
 * - `?` makes the character before it optional, `+` lets it repeat; `[a-z0-9]` is one of these characters;
 * - `\` takes the meaning from the character after it;
 * - a pattern that starts with `!` takes back what earlier patterns matched, a later one may give it again: the last word counts.
 */

/** Whether a change touches what the patterns are for: at least one path is left after all of them. No patterns = every change. */
export function matchesPaths(patterns: readonly string[], paths: readonly string[]): boolean {
  if (patterns.length === 0) return true
  // A commit without files still counts where nothing is filtered.
  if (paths.length === 0) return patterns.length === 1 && patterns[0] === '**'
  const compiled = patterns.map(compile)
  return paths.some((path) => lastWord(compiled, path))
}

/** Whether a branch or tag name is meant by the patterns. No patterns = none is. */
export function matchesBranch(patterns: readonly string[], branch: string): boolean {
  return lastWord(patterns.map(compile), branch)
}

/** What is wrong with a pattern, in words, or null. */
export function globProblem(pattern: string): string | null {
  const body = pattern.startsWith('!') ? pattern.slice(1) : pattern
  if (body === '') return 'an empty pattern'
  if (pattern.length > 500) return 'a pattern longer than 500 characters'
  if (body.startsWith('/')) return 'a pattern that starts with "/"; paths start at the root by themselves'
  if (body.startsWith('./')) return 'a pattern that starts with "./"; paths start at the root by themselves'
  try {
    compile(pattern)
    return null
  } catch (error) {
    if (error instanceof SyntaxError) return error.message
    throw error
  }
}

interface Compiled {
  readonly negates: boolean
  readonly nodes: readonly Node[]
}

/** A node of a small automaton. Matching walks all open nodes at once, so no pattern can make it slow. */
interface Node {
  readonly skips: readonly number[]
  readonly edges: readonly { readonly accepts: (character: string) => boolean; readonly to: number }[]
}

function lastWord(patterns: readonly Compiled[], text: string): boolean {
  let included = false
  for (const { negates, nodes } of patterns) {
    if (included === negates && matches(nodes, text)) included = !negates
  }
  return included
}

function matches(nodes: readonly Node[], text: string): boolean {
  let open = reach(nodes, [0])
  for (const character of text) {
    const next = [...open].flatMap((at) => nodes[at]?.edges.filter((edge) => edge.accepts(character)) ?? [])
    if (next.length === 0) return false
    open = reach(
      nodes,
      next.map((edge) => edge.to),
    )
  }
  return open.has(nodes.length - 1)
}

function reach(nodes: readonly Node[], from: readonly number[]): ReadonlySet<number> {
  const seen = new Set<number>()
  const todo = [...from]
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (seen.has(at)) continue
    seen.add(at)
    todo.push(...(nodes[at]?.skips ?? []))
  }
  return seen
}

type Part =
  | { readonly kind: 'one' | 'maybe' | 'some'; readonly accepts: (character: string) => boolean }
  | { readonly kind: 'run'; readonly crosses: boolean }
  /** `**` with its slash: no folder, or some. */
  | { readonly kind: 'folders' }

function compile(pattern: string): Compiled {
  const negates = pattern.startsWith('!')
  const nodes: { skips: number[]; edges: { accepts: (character: string) => boolean; to: number }[] }[] = []
  for (const part of partsOf(negates ? pattern.slice(1) : pattern)) {
    const at = nodes.length
    const next = at + (part.kind === 'folders' ? 2 : 1)
    if (part.kind === 'run') {
      nodes.push({ skips: [next], edges: [{ accepts: part.crosses ? isAny : isNotSlash, to: at }] })
    } else if (part.kind === 'folders') {
      nodes.push({ skips: [at + 1, next], edges: [] })
      nodes.push({
        skips: [],
        edges: [
          { accepts: isAny, to: at + 1 },
          { accepts: isSlash, to: next },
        ],
      })
    } else {
      const edges = [{ accepts: part.accepts, to: next }]
      if (part.kind === 'some') edges.push({ accepts: part.accepts, to: at })
      nodes.push({ skips: part.kind === 'maybe' ? [next] : [], edges })
    }
  }
  nodes.push({ skips: [], edges: [] })
  return { negates, nodes }
}

function partsOf(body: string): readonly Part[] {
  const parts: Part[] = []
  for (let at = 0; at < body.length; ) {
    const folders = /^\*\*\//.test(body.slice(at, at + 3)) && (at === 0 || body[at - 1] === '/')
    const stars = /^\*+/.exec(body.slice(at))?.[0].length ?? 0
    if (folders) {
      parts.push({ kind: 'folders' })
      at += 3
    } else if (stars > 0) {
      parts.push({ kind: 'run', crosses: stars > 1 })
      at += stars
    } else {
      const { accepts, length } = unitAt(body, at)
      const sign = body[at + length]
      parts.push({ kind: sign === '?' ? 'maybe' : sign === '+' ? 'some' : 'one', accepts })
      at += length + (sign === '?' || sign === '+' ? 1 : 0)
    }
  }
  return parts
}

/** One character of the pattern that stands for characters of the path, and how much of the pattern it takes. */
function unitAt(body: string, at: number): { accepts: (character: string) => boolean; length: number } {
  const character = String.fromCodePoint(body.codePointAt(at) ?? 0)
  if (character === '?' || character === '+') {
    throw new SyntaxError(
      `a "${character}" with no character before it to repeat; write \\${character} for the sign itself`,
    )
  }
  if (character === '[') return classAt(body, at)
  if (character !== '\\') return { accepts: (other) => other === character, length: character.length }
  const escaped = body.codePointAt(at + 1)
  if (escaped === undefined) throw new SyntaxError('a "\\" at the end with nothing after it')
  const literal = String.fromCodePoint(escaped)
  return { accepts: (other) => other === literal, length: 1 + literal.length }
}

function classAt(body: string, at: number): { accepts: (character: string) => boolean; length: number } {
  const end = body.indexOf(']', at + 2)
  if (end === -1) throw new SyntaxError('a "[" without its "]"')
  const inside = body.slice(at + 1, end)
  const ranges = [...inside.matchAll(/(.)-(.)|(.)/gsu)].map(([, from, to, single]) => [from ?? single, to ?? single])
  const accepts = (character: string) =>
    ranges.some(([from, to]) => from !== undefined && to !== undefined && from <= character && character <= to)
  return { accepts, length: end + 1 - at }
}

function isAny(): boolean {
  return true
}

function isSlash(character: string): boolean {
  return character === '/'
}

function isNotSlash(character: string): boolean {
  return character !== '/'
}
