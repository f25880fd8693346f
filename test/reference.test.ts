import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { pages } from './reference.ts'

const root = join(import.meta.dirname, '..')

for (const { file, print } of pages) {
  test(`${file} is what the code prints (trap 14)`, () => {
    assert.ok(readFileSync(join(root, file), 'utf8') === print(), `${file} is out of date: run bin/reference`)
  })
}

test('nothing else stands in docs/reference', () => {
  const files = readdirSync(join(root, 'docs/reference')).map((name) => `docs/reference/${name}`)
  assert.deepEqual(
    files.filter((file) => !pages.some((page) => page.file === file)),
    [],
  )
})
