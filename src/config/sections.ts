import type { JsonSchema } from './json-schema.ts'

/** One mapping of the file, as a section of the reference. */
export interface Section {
  /** `environments.NAME.policies`; empty for the file itself. */
  readonly path: string
  readonly keys: readonly { readonly key: string; readonly schema: JsonSchema; readonly holds: string }[]
  readonly required: readonly string[]
  /** What keys that the file makes up hold, beside the fixed ones. */
  readonly others: { readonly schema: JsonSchema; readonly holds: string } | null
}

/** Every mapping with fixed keys, from the outside in. One that is used in several places is told where it first appears. */
export function sectionsOf(root: JsonSchema): readonly Section[] {
  const walk: Walk = { root, places: new Map(), sections: [] }
  visit(walk, root, '')
  return walk.sections.map((make) => make())
}

interface Walk {
  readonly root: JsonSchema
  /** Where a mapping is told, by its text: `x` and the list of `x` hold equal ones. */
  readonly places: Map<string, string>
  /** Made at the end, when every link has its place. */
  readonly sections: (() => Section)[]
}

/** Depth first, so that what belongs together stands together. */
function visit(walk: Walk, schema: JsonSchema, path: string): void {
  const target = resolved(walk, schema)
  if (walk.places.has(textOf(target))) return
  if (target.properties !== undefined) {
    walk.places.set(textOf(target), path)
    walk.sections.push(() => sectionOf(walk, target, path))
    for (const [key, value] of Object.entries(target.properties))
      visit(walk, value, path === '' ? key : `${path}.${key}`)
    return
  }
  // The full form first: what stands for it is told within.
  const forms = target.anyOf ?? []
  for (const form of forms.filter(({ properties }) => properties !== undefined)) visit(walk, form, path)
  for (const form of forms) visit(walk, form, path)
  if (target.items !== undefined) visit(walk, target.items, `${path}[]`)
  if (typeof target.additionalProperties === 'object') visit(walk, target.additionalProperties, `${path}.NAME`)
}

function sectionOf(walk: Walk, schema: JsonSchema, path: string): Section {
  const { properties = {}, additionalProperties: others } = schema
  return {
    path,
    keys: Object.entries(properties).map(([key, value]) => ({ key, schema: value, holds: holdsOf(walk, value) })),
    required: schema.required ?? [],
    others: typeof others === 'object' ? { schema: others, holds: holdsOf(walk, others) } : null,
  }
}

/** What a key holds, in a few words. */
function holdsOf(walk: Walk, schema: JsonSchema): string {
  const forms = formsOf(walk, schema).map((form) => wordsOf(walk, form))
  const distinct = [...new Set(forms)].filter((form) => form !== '')
  return distinct.join(' or ')
}

function formsOf(walk: Walk, schema: JsonSchema): readonly JsonSchema[] {
  const target = resolved(walk, schema)
  const isLeaf = target.anyOf === undefined || named(walk, target) !== null
  return isLeaf ? [target] : (target.anyOf ?? []).flatMap((form) => formsOf(walk, form))
}

function wordsOf(walk: Walk, schema: JsonSchema): string {
  const place = walk.places.get(textOf(schema))
  if (place !== undefined) return `[a mapping](#${anchor(place)})`
  const name = named(walk, schema)
  if (name !== null) return name
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.items !== undefined) return `a list of: ${holdsOf(walk, schema.items)}`
  if (typeof schema.additionalProperties === 'object')
    return `names, each with ${holdsOf(walk, schema.additionalProperties)}`
  if (schema.type === 'integer') return `${schema.minimum ?? 0} to ${schema.maximum ?? '…'}`
  return typeof schema.type === 'object' ? 'a text' : (plainWords[schema.type ?? ''] ?? 'anything')
}

function textOf(schema: JsonSchema): string {
  return JSON.stringify(schema)
}

const plainWords: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  object: 'a mapping',
}

const definitions: Readonly<Record<string, string>> = {
  name: 'a name',
  variableName: 'the name of a variable',
  environmentVariables: 'variables, each with a text',
  command: 'a command',
  folder: 'a path in the repository',
  host: 'a host name',
  url: 'a URL',
  urlPath: 'a path of a URL',
  timezone: 'a time zone',
  duration: 'a duration',
  glob: 'a pattern',
  cron: 'a cron expression',
}

function named(walk: Walk, schema: JsonSchema): string | null {
  const [name] = Object.entries(walk.root.$defs ?? {}).find(([, definition]) => definition === schema) ?? []
  return name === undefined ? null : (definitions[name] ?? null)
}

function resolved(walk: Walk, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '')
  return name === undefined ? schema : (walk.root.$defs?.[name] ?? schema)
}

/** As GitHub makes anchors of headings. */
function anchor(path: string): string {
  return path === '' ? 'the-file' : path.toLowerCase().replace(/[^a-z0-9_-]/g, '')
}
