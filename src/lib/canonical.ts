/**
 * One text for one value: JSON with keys sorted and nothing undefined, as RFC 8785 orders it for the values we use
 * (strings, finite numbers, booleans, null, arrays, plain objects). What is hashed goes through here.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return scalar(value)
  return Array.isArray(value) ? list(value) : object(value as Readonly<Record<string, unknown>>)
}

function scalar(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`)
  return JSON.stringify(value)
}

function list(items: readonly unknown[]): string {
  return `[${items.map((item) => canonicalJson(item ?? null)).join(',')}]`
}

function object(value: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const item = value[key]
    if (item !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`
  }
  return `{${text}}`
}
