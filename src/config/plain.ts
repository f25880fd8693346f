import { type Document, isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap } from 'yaml'
import { type Offsets, type Path, pathKey } from './place.ts'
import { quoted } from './problem.ts'

export interface Plain {
  readonly data: unknown
  readonly offsets: ReadonlyMap<string, Offsets>
  readonly flaws: readonly Flaw[]
}

export interface Flaw {
  readonly path: Path
  readonly offset: number
  readonly found: string
  readonly expected: string
}

/** A file within these is read in milliseconds, however it is nested and whatever its aliases repeat. */
const limits = { depth: 32, values: 10_000, characters: 4_000_000, key: 200 }

/**
 * The values of a parsed document. A number or boolean that would not read back as it was written (`3.10`, `True`) stays the
 * text it was written as. Unfolds aliases and `<<` within the limits; a file beyond them ends with that flaw alone.
 */
export function toPlain(document: Document): Plain {
  const walk: Walk = { document, offsets: new Map(), flaws: [], values: 0, characters: 0, merging: 0 }
  try {
    const root = document.contents
    const data = root === null ? null : readNode(walk, root as Node, [])
    return { data, offsets: walk.offsets, flaws: walk.flaws }
  } catch (error) {
    if (!(error instanceof Beyond)) throw error
    return { data: undefined, offsets: walk.offsets, flaws: [error.flaw] }
  }
}

interface Walk {
  readonly document: Document
  readonly offsets: Map<string, Offsets>
  readonly flaws: Flaw[]
  values: number
  characters: number
  merging: number
}

/** Ends the walk; caught by `toPlain` and by nobody else. */
class Beyond extends Error {
  readonly flaw: Flaw
  constructor(flaw: Flaw) {
    super(flaw.found)
    this.flaw = flaw
  }
}

function readNode(walk: Walk, node: Node, path: Path): unknown {
  const offset = offsetOf(node)
  note(walk, path, { key: offset, value: offset })
  count(walk, path, offset)
  if (isAlias(node)) return aliased(walk, node.resolve(walk.document), { path, offset, name: node.source })
  if (isMap(node)) return mappingOf(walk, node, path)
  if (isSeq(node)) return node.items.map((item, index) => readNode(walk, item as Node, [...path, index]))
  return scalarOf(walk, node, path)
}

function aliased(walk: Walk, target: Node | undefined, alias: { path: Path; offset: number; name: string }): unknown {
  if (target !== undefined) return readNode(walk, target, alias.path)
  const { path, offset, name } = alias
  walk.flaws.push({ path, offset, found: `alias "*${name}"`, expected: `an anchor "&${name}" before it` })
  return null
}

function mappingOf(walk: Walk, map: YAMLMap, path: Path): Record<string, unknown> {
  const own = new Map<string, unknown>()
  for (const { key, value } of map.items) {
    const name = isMergeKey(key) ? null : keyOf(walk, key as Node | null, path)
    if (name === null) continue
    const offset = offsetOf(key as Node)
    const below = [...path, name]
    if (own.has(name)) {
      walk.flaws.push({ path: below, offset, found: `${quoted(name)} a second time`, expected: 'each key once' })
    } else {
      note(walk, below, { key: offset, value: value === null ? offset : offsetOf(value as Node) })
      own.set(name, value === null ? null : readNode(walk, value as Node, below))
    }
  }
  const merged = map.items
    .filter(({ key }) => isMergeKey(key))
    .flatMap(({ value }) => mergesOf(walk, value as Node | null, path))
  // The mapping's own keys win over merged ones, and of those the first.
  return Object.fromEntries([...merged.reverse().flatMap((values) => Object.entries(values)), ...own])
}

function keyOf(walk: Walk, key: Node | null, path: Path): string | null {
  const target = isAlias(key) ? key.resolve(walk.document) : key
  const offset = key === null ? 0 : offsetOf(key)
  if (!isScalar(target) || target.value === null) {
    walk.flaws.push({ path, offset, found: 'a key that is not a word', expected: 'a word before each ":"' })
    return null
  }
  const name = typeof target.value === 'string' ? target.value : (target.source ?? String(target.value))
  if (name !== '__proto__' && name.length <= limits.key) return name
  walk.flaws.push({
    path,
    offset,
    found: `the key ${quoted(name)}`,
    expected: `a word of at most ${limits.key} characters`,
  })
  return null
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN
}

/** What `<<` brings in: a mapping, or a list of them. Places are those where the merged keys are written. */
function mergesOf(walk: Walk, value: Node | null, path: Path): Record<string, unknown>[] {
  const target = isAlias(value) ? (value.resolve(walk.document) ?? null) : value
  const offset = value === null ? 0 : offsetOf(value)
  count(walk, path, offset)
  if (!isMap(target) && !isSeq(target)) {
    const expected = 'an alias of a mapping, or a list of them'
    walk.flaws.push({ path, offset, found: '"<<" without a mapping', expected })
    return []
  }
  walk.merging += 1
  const merged = isMap(target)
    ? [mappingOf(walk, target, path)]
    : target.items.flatMap((item) => mergesOf(walk, item as Node, path))
  walk.merging -= 1
  return merged
}

function note(walk: Walk, path: Path, offsets: Offsets): void {
  const key = pathKey(path)
  if (!walk.offsets.has(key)) walk.offsets.set(key, offsets)
}

/** Counts a value against the limits. A mapping may merge itself, so merges count as levels as well. */
function count(walk: Walk, path: Path, offset: number): void {
  walk.values += 1
  if (path.length + walk.merging > limits.depth) {
    throw new Beyond({ path, offset, found: 'values nested too deeply', expected: `at most ${limits.depth} levels` })
  }
  if (walk.values > limits.values) {
    const found = 'too many values, counting what aliases repeat'
    throw new Beyond({ path, offset, found, expected: `at most ${limits.values}` })
  }
}

function scalarOf(walk: Walk, node: Node, path: Path): unknown {
  if (!isScalar(node)) return null
  const { value, source, type } = node
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'boolean') {
    return type === Scalar.PLAIN && source !== undefined && source !== String(value) ? source : value
  }
  return textOf(walk, typeof value === 'string' ? value : (source ?? ''), { path, offset: offsetOf(node) })
}

function textOf(walk: Walk, text: string, { path, offset }: { path: Path; offset: number }): string {
  walk.characters += text.length
  if (walk.characters > limits.characters) {
    const found = 'too much text, counting what aliases repeat'
    throw new Beyond({ path, offset, found, expected: `at most ${limits.characters} characters` })
  }
  if (text.includes('\0') || !text.isWellFormed()) {
    const found = 'a text with a NUL character or half a character'
    walk.flaws.push({ path, offset, found, expected: 'characters that a process can be given' })
  }
  return text
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}
