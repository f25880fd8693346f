import type { Path } from '../place.ts'
import { quoted } from '../problem.ts'
import { environmentsIn, type Rule, wrongKey } from './rule.ts'

interface NotYet {
  /** `*` is any name or place in a list. */
  readonly path: string
  /** Values that say no more than what happens anyway. */
  readonly usual?: readonly unknown[]
}

/**
 * What the file can say and this version does not do. Nothing is passed over in silence: each use is a warning. A line goes
 * when the engine acts on it.
 */
export const notYet: readonly NotYet[] = [
  { path: 'checks.*.services.*.image' },
  ...['app', 'apps.*'].map((app) => ({ path: `${app}.image` })),
]

/** Says so once per key. Environments that cannot be deployed to at all have been told that already. */
export const actedOn: Rule = (context) => {
  const beyond = environmentsIn(context)
    .filter(({ environment }) => !Object.hasOwn(context.drivers, environment.target.driver))
    .map(({ environment }) => environment.name)
  return notYet
    .flatMap(({ path, usual }) => uses(context.written, path.split('.'), usual ?? []))
    .filter(([first, name]) => first !== 'environments' || !beyond.includes(String(name)))
    .map((path) => wrongKey(path, `this version does not act on ${quoted(String(path.at(-1)))} yet`, null))
}

function uses(value: unknown, [step, ...below]: readonly string[], usual: readonly unknown[]): readonly Path[] {
  if (step === undefined) return isUsual(value, usual) ? [] : [[]]
  if (value === null || typeof value !== 'object') return []
  const keys = step === '*' ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : []
  return keys.flatMap((key) => {
    const child = (value as Readonly<Record<string, unknown>>)[key]
    const own = Array.isArray(value) ? Number(key) : key
    return uses(child, below, usual).map((path) => [own, ...path])
  })
}

/** A mapping with `kind` says the same as its kind alone, for this. */
function isUsual(value: unknown, usual: readonly unknown[]): boolean {
  const kind = value !== null && typeof value === 'object' && 'kind' in value ? value.kind : value
  return usual.some((each) => JSON.stringify(each) === JSON.stringify(kind))
}
