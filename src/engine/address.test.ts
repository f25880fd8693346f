import assert from 'node:assert/strict'
import test from 'node:test'
import { environmentSpec } from '../../test/helpers/spec.ts'
import { addressOf, knownAddressOf } from './address.ts'

test('where nothing else was said, an environment is called at the port of the edge', () => {
  const called = (given: Parameters<typeof environmentSpec>[0], edgePort: number | null) =>
    addressOf(environmentSpec(given), 'shop', edgePort)
  const plain = { name: 'staging', hosts: ['shop.test'] }
  assert.equal(called(plain, 8080), 'http://shop.test:8080')
  assert.equal(called(plain, 80), 'http://shop.test')
  assert.equal(called(plain, null), 'http://shop.test')
  assert.equal(called({ ...plain, url: 'https://shop.example' }, 8080), 'https://shop.example')
  const own = { driver: 'local', options: { port: 9000 } }
  assert.equal(called({ ...plain, target: own }, 8080), 'http://127.0.0.1:9000')
})

test('what is not known is told to nobody', () => {
  const known = (hosts: readonly string[], edgePort: number | null) =>
    knownAddressOf(environmentSpec({ name: 'staging', hosts }), 'shop', edgePort)
  assert.equal(known(['shop.test'], 8080), 'http://shop.test:8080')
  assert.equal(known(['shop.test'], null), null)
  assert.equal(known([], 8080), null)
})
