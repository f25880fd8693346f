import type { VariableSpec } from './spec.ts'

export type VariableType = VariableSpec['type']

/** Whether a process that reads it as this type would take it. */
export function fitsType(type: VariableType, value: string): boolean {
  if (type === 'number') return value.trim() !== '' && Number.isFinite(Number(value))
  if (type === 'boolean') return /^(true|false|yes|no|on|off|1|0)$/i.test(value)
  return type === 'string' || URL.canParse(value)
}

/** What a value of this type is, for a sentence. */
export const typePhrases: Readonly<Record<VariableType, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  url: 'a URL',
}
