import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { unpackTar } from './archive.ts'

const run = promisify(execFile)
const { signal } = new AbortController()

/** A folder in which an archive is made, and `into` for what comes out of it, with a neighbour that it must not reach. */
async function place(t: TestContext) {
  const dir = await tempDir()
  t.after(() => dir[Symbol.asyncDispose]())
  const at = (...names: string[]) => join(dir.path, ...names)
  for (const name of ['from', 'into', 'neighbour']) await mkdir(at(name))
  return { at, tar: (...words: string[]) => run('tar', ['-P', '-C', at('from'), ...words]) }
}

test('an archive reaches nothing outside of its folder: not by dots, not by a full path', async (t) => {
  const { at, tar } = await place(t)
  await writeFile(at('from', 'evil'), 'evil')
  for (const [name, to] of Object.entries({ dots: '../neighbour/evil', full: at('neighbour', 'evil') })) {
    await tar('-c', '-f', at(`${name}.tar`), `--transform=s,^evil$,${to},`, 'evil')
    const { stdout } = await run('tar', ['-P', '-t', '-f', at(`${name}.tar`)])
    assert.equal(stdout, `${to}\n`)
    await unpackTar(at(`${name}.tar`), at('into'), signal).catch(() => {}) // Refused, or kept within: both are right.
    assert.deepEqual(await readdir(at('neighbour')), [], name)
  }
})

test('nor through a link that it brings itself', async (t) => {
  const { at, tar } = await place(t)
  await symlink(at('neighbour'), at('from', 'link'))
  await tar('-c', '-f', at('link.tar'), 'link')
  await writeFile(at('from', 'evil'), 'evil')
  await tar('-r', '-f', at('link.tar'), '--transform=s,^evil$,link/evil,', 'evil')
  await unpackTar(at('link.tar'), at('into'), signal).catch(() => {}) // Refused, or kept within: both are right.
  assert.deepEqual(await readdir(at('neighbour')), [])
})

test('what is within it comes out as it is', async (t) => {
  const { at, tar } = await place(t)
  await writeFile(at('from', 'file'), 'text')
  await symlink('file', at('from', 'link'))
  await tar('-c', '-f', at('good.tar'), 'file', 'link')
  await unpackTar(at('good.tar'), at('into'), signal)
  assert.equal(await readFile(at('into', 'link'), 'utf8'), 'text')
})
