import type { Path } from './place.ts'

/** What is left of the data without the parts that are wrong, so that the rules can look at the rest. */
export interface Pruned {
  readonly data: unknown
  /** Whether a path is, holds or stands beside something that was taken out: nothing sure can be said there. */
  isUnsure(path: Path): boolean
}

/** Null when nothing is left. */
export function prune(data: unknown, wrong: readonly Path[]): Pruned | null {
  const real = wrong.map((path) => realPath(data, path))
  if (real.some((path) => path.length === 0)) return null
  const unsure = real.map((path) => (typeof path.at(-1) === 'number' ? path.slice(0, -1) : path))
  return {
    data: real.reduce((rest, path) => without(rest, path), data),
    isUnsure(path) {
      const at = realPath(data, path)
      return unsure.some((gone) => isWithin(at, gone) || isWithin(gone, at))
    },
  }
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.every((step, index) => path[index] === step)
}

const hole = Symbol('hole')

/** Leaves a hole in a list, so that the paths of the other parts stay right; `closed` takes the holes out. */
function without(value: unknown, [step, ...below]: Path): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === step ? (below.length === 0 ? hole : without(item, below)) : item))
  }
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).flatMap(([key, item]) => {
    if (key !== String(step)) return [[key, item]]
    return below.length === 0 ? [] : [[key, without(item, below)]]
  })
  return Object.fromEntries(entries)
}

export function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== hole).map(closed)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]))
}

/** A path within what `closed` gives, as it is where the holes still are. */
export function throughHoles(data: unknown, path: Path): Path {
  const real: (string | number)[] = []
  let value = data
  for (const step of path) {
    const at = Array.isArray(value) && typeof step === 'number' ? indexWithHoles(value, step) : step
    real.push(at)
    value = value !== null && typeof value === 'object' && Object.hasOwn(value, at) ? Object(value)[at] : undefined
  }
  return real
}

function indexWithHoles(list: readonly unknown[], index: number): number {
  const kept = [...list.keys()].filter((at) => list[at] !== hole)
  return kept[index] ?? index
}

/** The part of a path that the data has; keys that only the long form of a value has are passed over. */
export function realPath(data: unknown, path: Path): Path {
  const real: (string | number)[] = []
  let value = data
  for (const step of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) continue
    value = (value as Readonly<Record<string | number, unknown>>)[step]
    real.push(step)
  }
  return real
}
