import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import test from 'node:test'
import { promisify } from 'node:util'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { noTmpfs, tmpfs } from '../../test/helpers/tmpfs.ts'
import {
  appendText,
  exists,
  freeBytes,
  makeDirectory,
  namesIn,
  readText,
  removeTree,
  temporaryDirectory,
  writeFileAtomic,
} from './files.ts'

test('an atomic write replaces the content whole, with the mode asked for, and leaves no other file', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'state.json')
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => writeFileAtomic(path, String(index).repeat(50_000), { mode: 0o600 })),
  )
  assert.match(await readFile(path, 'utf8'), /^(\d\d?)\1+$/)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dir.path), ['state.json'])
  await assert.rejects(writeFileAtomic(join(dir.path, 'no', 'folder'), 'x'), { code: 'ENOENT' })
})

test('a full disk leaves the old content and says which file', { skip: await noTmpfs() }, async () => {
  await using disk = await tmpfs('1m')
  const path = join(disk.path, 'state.json')
  await writeFileAtomic(path, 'old')
  await assert.rejects(writeFileAtomic(path, Buffer.alloc(2_000_000)), {
    code: 'disk.full',
    message: `The disk is full: ${path} could not be written`,
  })
  assert.equal(await readFile(path, 'utf8'), 'old')
  assert.deepEqual(await readdir(disk.path), ['state.json'])
  assert.ok((await freeBytes(disk.path)) > 900_000)
  await writeFile(join(disk.path, 'ballast'), Buffer.alloc(2_000_000)).catch(() => {}) // until it is full
  await assert.rejects(appendText(path, 'x'.repeat(100_000)), { code: 'disk.full' })
})

test('reading has a limit, and a missing file is no error', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'text')
  await writeFile(path, 'twelve bytes')
  assert.equal(await readText(path, 12), 'twelve bytes')
  await assert.rejects(readText(path, 11), { code: 'file.too_large' })
  assert.equal(await readText(join(dir.path, 'none'), 10), null)
  assert.equal(await readText(join(path, 'below-a-file'), 10), null)
  assert.equal(await exists(path), true)
  assert.equal(await exists(join(path, 'below-a-file')), false)
  assert.deepEqual(await namesIn(join(dir.path, 'none')), [])
})

test('a temporary directory goes with its block', async () => {
  let path = ''
  {
    await using dir = await temporaryDirectory('signalbox-test')
    path = dir.path
    await writeFile(join(path, 'file'), '')
  }
  assert.equal(await exists(path), false)
})

test('a tree is removed with read-only folders, and links are not followed', async () => {
  await using dir = await tempDir()
  const kept = join(dir.path, 'kept')
  const tree = join(dir.path, 'tree')
  await makeDirectory(join(tree, 'a', 'b', 'c'))
  await mkdir(kept)
  await writeFile(join(kept, 'file'), '')
  await symlink(kept, join(tree, 'a', 'link'))
  await writeFile(join(tree, 'a', 'b', 'file'), '')
  for (const folder of ['a/b/c', 'a/b', 'a']) await chmod(join(tree, folder), 0o500)
  await removeTree(tree)
  await removeTree(tree)
  assert.deepEqual(await readdir(dir.path), ['kept'])
  assert.deepEqual(await readdir(kept), ['file'])
})

test('what cannot be removed is told, and removing many files does not hold us up', async () => {
  await using dir = await tempDir()
  await assert.rejects(removeTree('/proc/self/net'), { code: 'file.not_removed' })
  await promisify(execFile)('/bin/sh', ['-c', 'seq 20000 | xargs touch'], { cwd: dir.path })
  const lag = monitorEventLoopDelay({ resolution: 5 })
  lag.enable()
  await removeTree(dir.path)
  lag.disable()
  assert.equal(await exists(dir.path), false)
  assert.ok(lag.percentile(90) < 50_000_000, `${lag.percentile(90) / 1e6} ms`)
})

const isRoot = process.getuid?.() === 0

test('read-only folders go for an ordinary user too', {
  skip: !isRoot && 'the other tests run as an ordinary user already',
}, async () => {
  await using dir = await tempDir()
  await chmod(dir.path, 0o777)
  const script = `
    const { mkdirSync, writeFileSync, chmodSync, rmSync, existsSync } = require('node:fs')
    mkdirSync('tree/a/b', { recursive: true }); writeFileSync('tree/a/b/file', '')
    chmodSync('tree/a/b', 0); chmodSync('tree/a', 0o500)
    import(${JSON.stringify(join(import.meta.dirname, 'files.ts'))}).then((files) => files.removeTree('tree')).then(() => console.log(existsSync('tree')))`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
    cwd: dir.path,
    uid: 65_534,
    gid: 65_534,
  })
  assert.equal(stdout, 'false\n')
  await rm(join(dir.path, 'tree'), { recursive: true, force: true })
})
