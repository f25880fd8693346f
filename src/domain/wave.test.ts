import assert from 'node:assert/strict'
import test from 'node:test'
import { environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { productionOf } from './wave.ts'

function production(...environments: Parameters<typeof environmentSpec>[0][]): readonly string[] {
  return productionOf({ ...projectSpec(), environments: environments.map(environmentSpec) }).map(({ name }) => name)
}

const guarded = { ...environmentSpec({ name: 'x' }).protection, approvals: 1 }

test('what is protected counts as production, wherever it stands', () => {
  assert.deepEqual(production({ name: 'qa', protection: guarded }, { name: 'late', needs: ['qa'] }), ['qa'])
})

test('where nothing is protected the last wave counts as production', () => {
  const [eu, us] = [
    { name: 'eu', needs: ['qa'] },
    { name: 'us', needs: ['qa'] },
  ]
  assert.deepEqual(production({ name: 'qa' }, eu, us), ['eu', 'us'])
  assert.deepEqual(production({ name: 'qa' }), ['qa'])
  assert.deepEqual(production(), [])
})
