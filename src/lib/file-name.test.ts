import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { fileNameFor } from './file-name.ts'

test('plain names stay as they are, others get readable ones', () => {
  assert.equal(fileNameFor('test'), 'test')
  assert.equal(fileNameFor('r17'), 'r17')
  assert.match(fileNameFor('r17/test (node 22)/1'), /^r17-test-node-22-1-[0-9a-f]{12}$/)
  assert.match(fileNameFor('..'), /^x-[0-9a-f]{12}$/)
  assert.match(fileNameFor(''), /^x-[0-9a-f]{12}$/)
})

test('any text gives a safe, short name of its own, and no text can choose the name of another', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[.a-c/-]{0,6}$/))
  fc.assert(
    fc.property(text, text, (one, other) => {
      const name = fileNameFor(one)
      assert.match(name, /^[A-Za-z0-9_][A-Za-z0-9._-]{0,60}$/)
      assert.equal(fileNameFor(one) === fileNameFor(other), one === other)
      if (name !== one) assert.notEqual(fileNameFor(name), name)
    }),
    { numRuns: 2_000 },
  )
})
