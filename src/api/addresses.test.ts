import assert from 'node:assert/strict'
import test from 'node:test'
import { environmentPath, jobPath, pageOf } from './addresses.ts'

test('what has an id has a page, an instance that of its deployment', () => {
  assert.equal(pageOf('d42'), '/deployments/d42')
  assert.equal(pageOf('d42-web-1'), '/deployments/d42')
  assert.equal(pageOf('r17'), '/runs/r17')
  assert.equal(pageOf('o5'), '/one-offs/o5')
  for (const other of ['d', 'r17x', 'shop', 'd42x']) assert.equal(pageOf(other), '/', other)
})

test('a name cannot lead out of its place', () => {
  assert.equal(jobPath('r1', 'build:shop/../x'), '/runs/r1/jobs/build%3Ashop%2F..%2Fx')
  assert.equal(environmentPath('shop', 'a?b'), '/projects/shop/environments/a%3Fb')
})
