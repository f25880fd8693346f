import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { copyNewFiles } from './copy-files.ts'

const never = new AbortController().signal

async function folders() {
  const directory = await tempDir()
  const [from, to] = [join(directory.path, 'from'), join(directory.path, 'to')]
  await mkdir(join(from, 'css'), { recursive: true })
  return { from, to, outside: directory.path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

test('new files are copied beside those that are there, and what is the same already is left alone', async () => {
  await using it = await folders()
  await writeFile(join(it.from, 'css/site.abc.css'), 'a')
  await writeFile(join(it.from, '.hidden'), 'no')
  await writeFile(join(it.outside, 'secret'), 'no')
  await symlink(join(it.outside, 'secret'), join(it.from, 'link-out'))
  await symlink('css/site.abc.css', join(it.from, 'link-in'))
  assert.deepEqual(await copyNewFiles([it], never), [])
  await writeFile(join(it.to, 'of-before.js'), 'kept')
  await writeFile(join(it.from, 'new.js'), 'new')
  assert.deepEqual(await copyNewFiles([it], never), [])
  assert.deepEqual((await readdir(it.to, { recursive: true })).sort(), [
    ...['css', 'css/site.abc.css', 'link-in', 'new.js', 'of-before.js'],
  ])
  assert.equal(await readFile(join(it.to, 'link-in'), 'utf8'), 'a')
})

test('a name with another content is told, and then nothing is copied', async () => {
  await using it = await folders()
  await mkdir(join(it.to, 'folder.js'), { recursive: true })
  await writeFile(join(it.to, 'same.js'), 'one')
  await writeFile(join(it.to, 'css'), 'a file where a folder is wanted')
  for (const [name, text] of [
    ['same.js', 'two'],
    ['folder.js', 'x'],
    ['css/a.css', 'x'],
    ['new.js', 'x'],
  ] as const) {
    await writeFile(join(it.from, name), text)
  }
  assert.deepEqual([...(await copyNewFiles([it], never))].sort(), ['css/a.css', 'folder.js', 'same.js'])
  assert.equal(await readFile(join(it.to, 'same.js'), 'utf8'), 'one')
  assert.deepEqual((await readdir(it.to)).sort(), ['css', 'folder.js', 'same.js'])
})
