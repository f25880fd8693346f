import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { noTmpfs, tmpfs } from '../../test/helpers/tmpfs.ts'
import { sha256 } from '../lib/hash.ts'
import { openArtifacts } from './artifacts.ts'

test('an archive is kept under its digest, and the same content twice is one file', async () => {
  await using dir = await tempDir()
  const store = openArtifacts(dir.path)
  const content = randomBytes(200_000)
  const stored = await Promise.all([
    store.put(inPieces(content)),
    store.put(inPieces(content)),
    store.put(inPieces(content)),
  ])
  assert.deepEqual(stored, Array(3).fill({ digest: sha256(content), bytes: 200_000 }))
  assert.deepEqual(await store.list(), [sha256(content)])
  assert.deepEqual(await readFile(store.path(sha256(content))), content)
  assert.equal(
    store.path(sha256(content)),
    join(dir.path, 'sha256', sha256(content).slice(0, 2), `${sha256(content)}.tar`),
  )
  assert.deepEqual(await readdir(join(dir.path, 'unfinished')), [])
})

test('missing and damaged archives are found when they are verified', async () => {
  await using dir = await tempDir()
  const store = openArtifacts(dir.path)
  const { digest } = await store.put(inPieces(Buffer.from('content')))
  await store.verify(digest)
  await writeFile(store.path(digest), 'c0ntent')
  await assert.rejects(store.verify(digest), { code: 'artifact.damaged' })
  await store.put(inPieces(Buffer.from('content')))
  await store.verify(digest)
  await store.remove(digest)
  await store.remove(digest)
  await assert.rejects(store.verify(digest), { code: 'artifact.missing' })
})

test('a file that somebody else writes is taken over as it is, and one that they fail to write leaves nothing', async () => {
  await using dir = await tempDir()
  const store = openArtifacts(dir.path, { ending: '', mode: 0o600 })
  const stored = await store.take((path) => writeFile(path, 'content'))
  assert.deepEqual(stored, { digest: sha256('content'), bytes: 7 })
  assert.equal((await stat(store.path(stored.digest))).mode & 0o777, 0o600)
  assert.ok(store.path(stored.digest).endsWith(`/${stored.digest}`))
  const failing = async (path: string) => {
    await writeFile(path, 'half')
    throw new Error('source broke')
  }
  await assert.rejects(store.take(failing), /source broke/)
  assert.deepEqual([await store.list(), await readdir(join(dir.path, 'unfinished'))], [[stored.digest], []])
})

test('a name that is no digest leads nowhere', async () => {
  await using dir = await tempDir()
  const store = openArtifacts(dir.path)
  for (const name of ['', '../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`]) {
    assert.throws(() => store.path(name), { code: 'artifact.missing' })
  }
})

test('what fails half-way leaves nothing behind, and leftovers of a killed server are swept away', async () => {
  await using dir = await tempDir()
  const store = openArtifacts(dir.path)
  const failing = async function* () {
    yield Buffer.from('half')
    throw new Error('source broke')
  }
  await assert.rejects(store.put(failing()), /source broke/)
  assert.deepEqual(await readdir(join(dir.path, 'unfinished')), [])
  await using killed = await store.writer()
  await killed.write(Buffer.from('half'))
  await store.sweep()
  assert.deepEqual(await readdir(dir.path), [])
  await store.sweep()
})

test('a full disk gives a clear fault, damages nothing, and things go on when there is space', {
  skip: await noTmpfs(),
}, async () => {
  await using disk = await tmpfs('2m')
  const store = openArtifacts(join(disk.path, 'artifacts'))
  const first = await store.put(inPieces(randomBytes(500_000)))
  const ballast = join(disk.path, 'ballast')
  await writeFile(ballast, Buffer.alloc(600_000))
  const large = randomBytes(1_500_000)
  await assert.rejects(store.put(inPieces(large)), { code: 'disk.full', message: /artifacts/ })
  assert.deepEqual(await readdir(join(disk.path, 'artifacts', 'unfinished')), [])
  await store.verify(first.digest)
  assert.deepEqual(await store.list(), [first.digest])
  await rm(ballast)
  await store.remove(first.digest)
  assert.equal((await stat(store.path((await store.put(inPieces(large))).digest))).size, 1_500_000)
})

async function* inPieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < content.length; from += 65_536) yield content.subarray(from, from + 65_536)
}
