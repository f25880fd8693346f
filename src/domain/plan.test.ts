import assert from 'node:assert/strict'
import test from 'node:test'
import { appSpec, environmentSpec, processSpec } from '../../test/helpers/spec.ts'
import { scaled } from './plan.ts'

const processes = [processSpec({ name: 'web', instances: 2 }), processSpec({ name: 'beat', singleton: true })]
const app = appSpec({ name: 'shop', processes })
const counts = (scale: Record<string, number>) =>
  Object.fromEntries(
    scaled(app, environmentSpec({ name: 'staging', scale: { shop: { web: 3 } } }), scale).map((each) => [
      each.name,
      each.instances,
    ]),
  )

test("a person's number counts more than the file's for the environment, and that more than the app's own", () => {
  assert.deepEqual(counts({}), { web: 3, beat: 1 })
  assert.deepEqual(counts({ web: 5, beat: 0 }), { web: 5, beat: 0 })
})

test('a process that has become a singleton is one, whatever it was scaled to before', () => {
  assert.deepEqual(counts({ beat: 4 }), { web: 3, beat: 1 })
})
