import assert from 'node:assert/strict'
import { appendFile, open, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { LineReader, lastLines, readFrom, tailOf } from './tail.ts'
import { trimLog } from './trim.ts'

test('the last lines come in order, with or without a newline at the end', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'log')
  assert.deepEqual(await tailOf(path, 5), { lines: [], end: 0 })
  await writeFile(path, 'one\ntwo\r\nthree')
  assert.deepEqual(await lastLines(path, 2), ['two', 'three'])
  await appendFile(path, '\n\n')
  assert.deepEqual(await lastLines(path, 9), ['one', 'two', 'three', ''])
  assert.deepEqual(await lastLines(path, 0), [])
})

test('a log of a gigabyte opens at its end at once', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'log')
  await using file = await open(path, 'w')
  await file.truncate(1024 ** 3)
  await file.write('\nlast\n', 1024 ** 3)
  const before = performance.now()
  assert.deepEqual(await lastLines(path, 1), ['last'])
  assert.ok(performance.now() - before < 200)
})

test('lines and characters that come in pieces are put together', () => {
  const reader = new LineReader()
  const bytes = Buffer.from('größe\nzwei\nrest')
  const lines = [...bytes].flatMap((byte) => reader.take(Buffer.of(byte)))
  assert.deepEqual([...lines, ...reader.end(), ...reader.end()], ['größe', 'zwei', 'rest'])
})

test('a line that never ends is told in parts, and memory stays flat', () => {
  const reader = new LineReader()
  const parts = Array.from({ length: 64 }, () => reader.take(Buffer.alloc(16 * 1024, 'x'))).flat()
  assert.equal(parts.length, 16)
  assert.equal(parts[0]?.length, 64 * 1024)
})

test('reading on finds what was appended, and starts again in a file that was cut', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'log')
  await writeFile(path, 'abc')
  const first = await readFrom(path, 0)
  assert.deepEqual([String(first.bytes), first.next], ['abc', 3])
  assert.equal((await readFrom(path, 3)).bytes.length, 0)
  await writeFile(path, 'x')
  const again = await readFrom(path, 3)
  assert.deepEqual([String(again.bytes), again.next], ['x', 1])
})

test('a log over its limit is cut, its end kept beside it, and its writer goes on', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'log')
  await using writer = await open(path, 'a')
  await writer.write(`${'x'.repeat(5000)}\nlast\n`)
  assert.equal(await trimLog(path, `${path}.old`, { limit: 10_000, keep: 100 }), false)
  assert.equal(await trimLog(path, `${path}.old`, { limit: 1000, keep: 5 }), true)
  assert.equal(await readFile(`${path}.old`, 'utf8'), 'last\n')
  assert.equal((await stat(`${path}.old`)).mode & 0o777, 0o600)
  await writer.write('next\n')
  assert.equal(await readFile(path, 'utf8'), 'next\n')
})
