import type { VariableSpec } from './spec.ts'

export type VariableType = VariableSpec['type']

/** Whether a process that reads it as this type would take it. */
export function fitsType(type: VariableType, value: string): boolean {
  if (type === 'number') return value.trim() !== '' && Number.isFinite(Number(value))
  if (type === 'boolean') return /^(true|false|yes|no|on|off|1|0)$/i.test(value)
  return type === 'string' || URL.canParse(value)
}

/** Every type a value is of. */
export function typesOf(value: string): readonly VariableType[] {
  return (Object.keys(typePhrases) as VariableType[]).filter((type) => fitsType(type, value))
}

/** What a value of this type is, for a sentence. */
export const typePhrases: Readonly<Record<VariableType, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  url: 'a URL',
}

/** What tells values apart, by name: for a value that may be shown itself, for a secret its version. Never shown. */
export type Given = ReadonlyMap<string, string>

/** Names only. */
export interface VariableChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

export function changesBetween(before: Given, after: Given): VariableChanges {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return {
    added: names.filter((name) => !before.has(name)),
    changed: names.filter((name) => before.has(name) && after.has(name) && before.get(name) !== after.get(name)),
    removed: names.filter((name) => !after.has(name)),
  }
}

export function hasAny({ added, changed, removed }: VariableChanges): boolean {
  return added.length + changed.length + removed.length > 0
}
