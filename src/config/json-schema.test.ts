import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { type JsonSchema, projectJsonSchema } from './json-schema.ts'

const schema = projectJsonSchema()
const fixtures = join(import.meta.dirname, '../../test/fixtures/config')
const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])

test('the JSON Schema accepts what the parser accepts', () => {
  for (const name of readdirSync(fixtures).filter((file) => file.endsWith('.yml'))) {
    const data = parse(readFileSync(join(fixtures, name), 'utf8'), { merge: true })
    const result = validator.safeParse(data)
    assert.ok(result.success, `${name}: ${JSON.stringify(result.error?.issues.slice(0, 3), null, 1)}`)
  }
})

test('the JSON Schema refuses unknown keys and lets extensions pass', () => {
  assert.equal(validator.safeParse({ project: 'shop', 'x-note': 1 }).success, true)
  assert.equal(validator.safeParse({ project: 'shop', note: 1 }).success, false)
  assert.equal(validator.safeParse({ project: 'shop', app: { processes: { web: { comand: 'x' } } } }).success, false)
})

test('every key has a sentence and an example, and the example is valid', () => {
  for (const [path, each] of keysOf(schema, '')) {
    assert.match(each.description ?? '', /.\.$/s, `${path} has no sentence`)
    assert.equal(each.examples?.length, 1, `${path} has no example`)
    const own = z.fromJSONSchema({ ...each, $defs: schema.$defs } as Parameters<typeof z.fromJSONSchema>[0])
    assert.ok(own.safeParse(each.examples?.[0]).success, `the example of ${path} is not valid`)
  }
})

function keysOf(from: JsonSchema, path: string): readonly (readonly [string, JsonSchema])[] {
  const below = Object.entries(from.properties ?? {})
  return [
    ...below.map(([key, each]) => [`${path}.${key}`, each] as const),
    ...below.flatMap(([key, each]) => keysOf(each, `${path}.${key}`)),
    ...(from.anyOf ?? []).flatMap((form) => keysOf(form, path)),
    ...(from.items === undefined ? [] : keysOf(from.items, path)),
    ...(typeof from.additionalProperties === 'object' ? keysOf(from.additionalProperties, path) : []),
    ...Object.entries(from.$defs ?? {}).flatMap(([name, each]) => keysOf(each, name)),
  ]
}
