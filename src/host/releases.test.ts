import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { noTmpfs, tmpfs } from '../../test/helpers/tmpfs.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { sha256 } from '../lib/hash.ts'
import { silent } from '../lib/log.ts'
import { type Layout, layoutOf } from './layout.ts'
import { Releases } from './releases.ts'

const run = promisify(execFile)
const track = 'shop/web/production'
const plain = { directory: '.', shared: [] }
const never = new AbortController().signal
const base = { version: '1', commit: '0'.repeat(40), app: 'web' }

test('a release is unpacked once, whole, and found again', async (t) => {
  const { releases, archive, layout } = await setting(t)
  const release = await archive({ 'app/server.js': 'serve()' })
  await Promise.all([1, 2].map(() => releases.prepare(track, release, { archive: release.archive, signal: never })))
  const tree = await releases.tree(track, release.digest, plain)
  assert.equal(await readFile(join(tree, 'app/server.js'), 'utf8'), 'serve()')
  const { ino } = await stat(tree)
  await releases.prepare(track, release, { archive: release.archive, signal: never })
  assert.equal((await stat(tree)).ino, ino)
  assert.deepEqual(await readdir(layout.releases(track)), [release.digest])
})

test('an archive with one bit flipped is refused and leaves nothing', async (t) => {
  const { releases, archive, layout } = await setting(t)
  const release = await archive({ 'a.txt': 'x'.repeat(5000) })
  const bytes = await readFile(release.archive)
  bytes[600] = (bytes[600] ?? 0) ^ 1
  await writeFile(release.archive, bytes)
  await assert.rejects(
    releases.prepare(track, release, { archive: release.archive, signal: never }),
    hasCode('artifact.damaged'),
  )
  assert.deepEqual(await readdir(layout.releases(track)), [])
  await assert.rejects(releases.tree(track, release.digest, plain), hasCode('target.refused'))
})

test('an archive that is not there, or is no archive, is named', async (t) => {
  const { releases, dir } = await setting(t)
  const missing = { ...base, digest: sha256('nothing') }
  await assert.rejects(
    releases.prepare(track, missing, { archive: join(dir, 'no.tar'), signal: never }),
    hasCode('artifact.missing'),
  )
  await writeFile(join(dir, 'text.tar'), 'no archive')
  const text = { ...base, digest: sha256('no archive') }
  await assert.rejects(
    releases.prepare(track, text, { archive: join(dir, 'text.tar'), signal: never }),
    hasCode('process.failed'),
  )
})

test('a digest that is none never becomes a path', async (t) => {
  const { releases } = await setting(t)
  const release = { ...base, digest: '../../etc' }
  await assert.rejects(
    releases.prepare(track, release, { archive: '/etc/passwd', signal: never }),
    hasCode('request.invalid'),
  )
})

test('shared folders keep their content from release to release, apart for each track', async (t) => {
  const { releases, archive, layout } = await setting(t)
  const [one, two] = [await archive({ 'app/data/seed.txt': 'first' }), await archive({ 'app/data/seed.txt': 'second' })]
  const use = { directory: 'app', shared: ['data', 'uploads/images'] }
  for (const release of [one, two]) await releases.prepare(track, release, { archive: release.archive, signal: never })
  const old = await releases.tree(track, one.digest, use)
  await writeFile(join(old, 'app/uploads/images/cat.png'), 'cat')
  const next = await releases.tree(track, two.digest, use)
  assert.equal(await readFile(join(next, 'app/uploads/images/cat.png'), 'utf8'), 'cat')
  assert.equal(await readFile(join(next, 'app/data/seed.txt'), 'utf8'), 'first')
  assert.equal(await readlink(join(next, 'app/data')), join(layout.shared(track), 'data'))
  await Promise.all([1, 2, 3].map(() => releases.tree(track, two.digest, use)))
  const other = 'shop/web/staging'
  await releases.prepare(other, one, { archive: one.archive, signal: never })
  const staging = await releases.tree(other, one.digest, use)
  assert.deepEqual(await readdir(join(staging, 'app/uploads/images')), [])
})

test('a file can be shared too: a database', async (t) => {
  const { releases, archive } = await setting(t)
  const [one, two] = [await archive({ 'db.sqlite': 'empty' }), await archive({ 'db.sqlite': 'empty', other: '' })]
  const use = { directory: '.', shared: ['db.sqlite'] }
  for (const release of [one, two]) await releases.prepare(track, release, { archive: release.archive, signal: never })
  await writeFile(join(await releases.tree(track, one.digest, use), 'db.sqlite'), 'rows')
  assert.equal(await readFile(join(await releases.tree(track, two.digest, use), 'db.sqlite'), 'utf8'), 'rows')
})

test('a shared folder never leads out of the release', async (t) => {
  const { releases, archive, dir } = await setting(t)
  await mkdir(join(dir, 'victim'))
  const release = await archive({ 'a.txt': '' }, { trap: join(dir, 'victim') })
  await releases.prepare(track, release, { archive: release.archive, signal: never })
  for (const path of ['../up', '/etc', '.', '', 'trap/inside', 'a.txt/inside']) {
    const use = { directory: '.', shared: [path] }
    await assert.rejects(releases.tree(track, release.digest, use), hasCode('request.invalid'), path)
  }
  assert.deepEqual(await readdir(join(dir, 'victim')), [])
})

test('keep deletes the others and what an interrupted host left', async (t) => {
  const { releases, archive, layout } = await setting(t)
  const [one, two] = [await archive({ a: '1' }), await archive({ a: '2' })]
  for (const release of [one, two]) await releases.prepare(track, release, { archive: release.archive, signal: never })
  await mkdir(join(layout.releases(track), '.unpacking-abc'))
  await releases.keep(track, new Set([two.digest]))
  assert.deepEqual(await readdir(layout.releases(track)), [two.digest])
  await mkdir(join(layout.releases(track), '.unpacking-abc'))
  await releases.sweep()
  assert.deepEqual(await readdir(layout.releases(track)), [two.digest])
})

test('after a reboot a release that may not have reached the disk is unpacked again', async (t) => {
  const { releases, archive, layout, dir } = await setting(t)
  const release = await archive({ a: 'whole' })
  await releases.prepare(track, release, { archive: release.archive, signal: never })
  const record = join(layout.releases(track), release.digest, 'release.json')
  await waitFor('the release is on disk', async () => JSON.parse(await readFile(record, 'utf8')).isSynced === true)
  const tree = await releases.tree(track, release.digest, plain)
  await writeFile(join(tree, 'a'), '')
  const rebooted = new Releases({ layout, bootId: 'another', log: silent, signal: never })
  assert.equal(await readFile(join(await rebooted.tree(track, release.digest, plain), 'a'), 'utf8'), '')
  await writeFile(record, JSON.stringify({ archive: release.archive, bootId: 'this', isSynced: false }))
  assert.equal(await readFile(join(await rebooted.tree(track, release.digest, plain), 'a'), 'utf8'), 'whole')
  assert.ok(dir)
})

test('a full disk is said so, and the release can be prepared when there is space', {
  skip: await noTmpfs(),
}, async (t) => {
  await using small = await tmpfs('1m')
  const { archive } = await setting(t)
  const release = await archive({ big: 'x'.repeat(600_000) })
  const filler = join(small.path, 'filler')
  await writeFile(filler, 'x'.repeat(700_000))
  const releases = new Releases({
    layout: layoutOf(join(small.path, 'host')),
    bootId: 'this',
    log: silent,
    signal: never,
  })
  await assert.rejects(
    releases.prepare(track, release, { archive: release.archive, signal: never }),
    hasCode('disk.full'),
  )
  await rm(filler)
  await releases.prepare(track, release, { archive: release.archive, signal: never })
  await releases.tree(track, release.digest, plain)
})

function hasCode(code: string) {
  return (error: unknown) => error instanceof Fault && error.code === code
}

interface Setting {
  readonly dir: string
  readonly layout: Layout
  readonly releases: Releases
  archive(
    files: Record<string, string>,
    links?: Record<string, string>,
  ): Promise<typeof base & { digest: string; archive: string }>
}

async function setting(t: { after(end: () => Promise<void>): void }): Promise<Setting> {
  const temporary = await tempDir()
  const ending = new AbortController()
  t.after(async () => {
    ending.abort()
    await temporary[Symbol.asyncDispose]()
  })
  const dir = temporary.path
  const layout = layoutOf(join(dir, 'host'))
  const releases = new Releases({ layout, bootId: 'this', log: silent, signal: ending.signal })
  let count = 0
  const archive: Setting['archive'] = async (files, links = {}) => {
    count += 1
    const source = join(dir, `source-${count}`)
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(source, name, '..'), { recursive: true })
      await writeFile(join(source, name), content)
    }
    for (const [name, target] of Object.entries(links)) await symlink(target, join(source, name))
    await run('tar', ['-c', '-f', join(dir, `${count}.tar`), '-C', source, '.'])
    const bytes = await readFile(join(dir, `${count}.tar`))
    return { ...base, digest: sha256(bytes), archive: join(dir, `${count}.tar`) }
  }
  return { dir, layout, releases, archive }
}
