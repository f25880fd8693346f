import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { Fault } from '../lib/fault.ts'
import { holdDataDirectory } from './data-directory.ts'

const isInvalid = (problem: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === 'data.invalid' && problem.test(error.message)

test('a data directory is made with those above it, for nobody else, and named whole', async () => {
  await using dir = await tempDir()
  using held = await holdDataDirectory(relative(process.cwd(), join(dir.path, 'a/b')))
  assert.equal(held.path, join(dir.path, 'a/b'))
  assert.equal((await stat(held.path)).mode & 0o777, 0o700)
})

test('what cannot be a data directory is said at once', { timeout: 10_000 }, async () => {
  await using dir = await tempDir()
  const file = join(dir.path, 'file')
  await writeFile(file, '')
  await assert.rejects(holdDataDirectory(file), isInvalid(/not a folder/))
  await assert.rejects(holdDataDirectory(join(file, 'below')), isInvalid(/ENOTDIR/))
  // Where nothing can be made, making it must not be tried for ever.
  await assert.rejects(holdDataDirectory('/proc/signalbox/data'), isInvalid(/ENOENT/))
})
