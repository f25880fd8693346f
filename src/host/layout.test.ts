import assert from 'node:assert/strict'
import test from 'node:test'
import { folderName } from './layout.ts'

test('the folder of a track can be read', () => {
  assert.equal(folderName('shop/web/production'), 'shop+web+production')
})

test('different names never share a folder, and none leaves its parent', () => {
  const names = [
    'a/b',
    'a+b',
    'a=2bb',
    'a b',
    '..',
    '.',
    '',
    '=',
    '=.',
    '../x',
    'é',
    '{1F600}',
    '{1F601}',
    '%2F',
    'x'.repeat(300),
    `${'x'.repeat(300)}y`,
  ]
  const folders = names.map(folderName)
  assert.equal(new Set(folders).size, names.length)
  for (const folder of folders) {
    assert.doesNotMatch(folder, /\/|^\.{1,2}$|^$/)
    assert.ok(folder.length <= 150)
  }
})
