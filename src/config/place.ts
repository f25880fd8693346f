import type { LineCounter } from 'yaml'

export type Path = readonly (string | number)[]

export interface Place {
  readonly line: number
  readonly column: number
}

/** Where each key and value stands in the text. */
export interface Places {
  /** `on: 'key'` is the place of the last key of the path, `'value'` that of what it holds. */
  at(path: Path, on: 'key' | 'value'): Place
}

export interface Offsets {
  readonly key: number
  readonly value: number
}

export function placesOf(offsets: ReadonlyMap<string, Offsets>, lines: LineCounter): Places {
  return {
    at(path, on) {
      const found = resolve(offsets, path)
      // What is not there is told at what should hold it.
      const offset = found.whole && on === 'value' ? found.offsets.value : found.offsets.key
      const { line, col } = lines.linePos(offset)
      return { line: Math.max(line, 1), column: Math.max(col, 1) }
    },
  }
}

/** Paths as texts, to be keys of a map. */
export function pathKey(path: Path): string {
  return JSON.stringify(path)
}

export function showPath(path: Path): string {
  return path.join('.')
}

/**
 * The offsets of a path, or of the last part of it that the text has. A key that only the long form has (`run` of a step
 * written as one line) is passed over.
 */
function resolve(offsets: ReadonlyMap<string, Offsets>, path: Path): { offsets: Offsets; whole: boolean } {
  let there: Path = []
  let whole = true
  for (const step of path) {
    const next = [...there, step]
    if (offsets.has(pathKey(next))) {
      there = next
      whole = true
    } else {
      whole = false
    }
  }
  return { offsets: offsets.get(pathKey(there)) ?? { key: 0, value: 0 }, whole }
}
