import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { repository, type TestRepository } from '../../../test/helpers/repository.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import type { FaultCode } from '../../lib/faults.ts'
import type { Source } from '../source.ts'
import { gitRepositories } from './repository.ts'
import { gitSource } from './source.ts'

interface Stage extends AsyncDisposable {
  readonly work: TestRepository
  readonly source: Source
  readonly dir: string
  publish(): Promise<void>
}

async function stage(): Promise<Stage> {
  const dir = await tempDir()
  const work = await repository()
  const repositories = gitRepositories({ reposDir: dir.path })
  await repositories.create('shop')
  return {
    work,
    source: gitSource({ reposDir: dir.path }),
    dir: dir.path,
    publish: async () => void (await work.git('push', '--quiet', '--mirror', join(dir.path, 'shop.git'))),
    async [Symbol.asyncDispose]() {
      await work[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

const fault = (code: FaultCode) => ({ name: 'Fault', code })
const nowhere = 'f'.repeat(40)

test('refs are branches and tags with the commits they stand for', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const first = await work.commit({ a: '1' })
  await work.git('tag', 'light')
  await work.git('tag', '--annotate', '--message=x', 'heavy')
  await work.git('tag', '--annotate', '--message=x', 'heavier', 'heavy')
  const blob = await work.git('rev-parse', 'HEAD:a')
  await work.git('tag', 'of-a-file', blob)
  await work.git('update-ref', 'refs/notes/mine', first)
  const second = await work.commit({ a: '2' })
  await publish()
  assert.deepEqual(Object.fromEntries(await source.refs('shop')), {
    'refs/heads/main': second,
    'refs/tags/light': first,
    'refs/tags/heavy': first,
    'refs/tags/heavier': first,
  })
})

test('an empty repository has no refs', async () => {
  await using world = await stage()
  const { source } = world
  assert.equal((await source.refs('shop')).size, 0)
})

test('a commit tells its parents, title, author and time, with nothing in them that moves a cursor', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const first = await work.commit({ a: '1' }, 'first\nstill first\n\nbody')
  const second = await work.commit({ a: '2' }, 'hé \u001b[31mred\u202e $(id) "q"')
  await publish()
  assert.deepEqual(await source.commit('shop', second), {
    sha: second,
    parents: [first],
    title: 'hé [31mred $(id) "q"',
    author: 'Test Person',
    committedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  })
  assert.equal((await source.commit('shop', first)).title, 'first still first')
})

test('only the full name of a commit is taken', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const sha = await work.commit({ a: '1' })
  await publish()
  for (const name of [sha.slice(0, 10), 'main', 'HEAD', `${sha}^`, '--all', sha.toUpperCase(), `${sha}\n`, '']) {
    await assert.rejects(source.commit('shop', name), fault('commit.malformed'), name)
    await assert.rejects(source.file('shop', name, 'a', 10), fault('commit.malformed'), name)
    await assert.rejects(source.between('shop', null, name, 10), fault('commit.malformed'), name)
    await assert.rejects(source.changedPaths('shop', name, sha), fault('commit.malformed'), name)
    await assert.rejects(source.isAncestor('shop', sha, name), fault('commit.malformed'), name)
  }
})

test('a commit that is not there is said to be missing, whatever is asked of it', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const sha = await work.commit({ a: '1' })
  await publish()
  const tree = await work.git('rev-parse', 'HEAD^{tree}')
  for (const gone of [nowhere, tree]) {
    await assert.rejects(source.commit('shop', gone), fault('commit.missing'))
    await assert.rejects(source.isAncestor('shop', gone, sha), fault('commit.missing'))
  }
  await assert.rejects(source.between('shop', nowhere, sha, 5), fault('commit.missing'))
  await assert.rejects(source.file('shop', nowhere, 'a', 10), fault('commit.missing'))
  await assert.rejects(source.changedPaths('shop', nowhere, sha), fault('commit.missing'))
  await assert.rejects(source.changedPaths('shop', null, nowhere), fault('commit.missing'))
})

test('a file is read as it was at a commit', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const first = await work.commit({ 'signalbox.yml': 'project: é\n', 'a b/$(id)': 'x' })
  const second = await work.commit({ 'signalbox.yml': null })
  await publish()
  assert.equal(await source.file('shop', first, 'signalbox.yml', 100), 'project: é\n')
  assert.equal(await source.file('shop', first, 'a b/$(id)', 100), 'x')
  assert.equal(await source.file('shop', second, 'signalbox.yml', 100), null)
  assert.equal(await source.file('shop', first, 'SIGNALBOX.yml', 100), null)
  assert.equal(await source.file('shop', first, '*', 100), null)
})

test('links, folders, large files, binary files and paths that go astray are refused', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const sha = await work.commit({
    link: { link: '/etc/passwd' },
    folder: { link: '/etc' },
    'dir/file': 'x',
    large: 'x'.repeat(101),
    binary: new Uint8Array([0xff, 0xfe, 0]),
  })
  await publish()
  const refuses = async (path: string, problem: RegExp) =>
    assert.rejects(source.file('shop', sha, path, 100), { ...fault('config.unreadable'), message: problem }, path)
  await refuses('link', /symbolic link/)
  await refuses('dir', /folder/)
  await refuses('large', /larger than 100 bytes/)
  await refuses('binary', /not UTF-8/)
  for (const path of ['../etc/passwd', 'dir/../../x', '/etc/passwd', './link', 'dir//file', 'dir/', '', 'a\0b']) {
    await refuses(path, /path/)
  }
  assert.equal(await source.file('shop', sha, 'folder/passwd', 100), null, 'a link is not followed')
})

test('changed paths are whole, unquoted and free of renames', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const first = await work.commit({ 'a"b\n': '1', old: 'same', 'é/x': '1' })
  const second = await work.commit({ old: null, new: 'same', 'é/x': '2' })
  await publish()
  assert.deepEqual(await source.changedPaths('shop', first, second), ['new', 'old', 'é/x'])
  assert.deepEqual(await source.changedPaths('shop', null, first), ['a"b\n', 'old', 'é/x'])
  assert.deepEqual(await source.changedPaths('shop', first, first), [])
})

test('ancestry and what lies between', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const first = await work.commit({ a: '1' }, 'one')
  const second = await work.commit({ a: '2' }, 'two')
  const third = await work.commit({ a: '3' }, 'three')
  await work.git('checkout', '--quiet', '-b', 'side', first)
  const side = await work.commit({ b: '1' }, 'side')
  await publish()
  assert.equal(await source.isAncestor('shop', first, third), true)
  assert.equal(await source.isAncestor('shop', third, third), true)
  assert.equal(await source.isAncestor('shop', third, first), false)
  assert.equal(await source.isAncestor('shop', side, third), false)
  const titles = async (from: string | null, to: string, limit: number) =>
    (await source.between('shop', from, to, limit)).map(({ title }) => title)
  assert.deepEqual(await titles(first, third, 10), ['three', 'two'])
  assert.deepEqual(await titles(null, third, 2), ['three', 'two'])
  assert.deepEqual(await titles(third, first, 10), [])
  assert.deepEqual(await titles(second, side, 10), ['side'])
})

test('what lies between has also the commits of a branch that was merged, each with its message and its paths', async () => {
  await using world = await stage()
  const { work, source, publish } = world
  const first = await work.commit({ a: '1' }, 'one')
  await work.git('checkout', '--quiet', '-b', 'side')
  const side = await work.commit({ 'dir/b': '1' }, 'side\n\nThis reverts nothing.')
  await work.git('checkout', '--quiet', 'main')
  await work.commit({ a: '2' }, 'two')
  await work.git('merge', '--quiet', '--no-ff', '-m', 'merged', 'side')
  const head = await work.git('rev-parse', 'HEAD')
  await publish()
  const found = await source.between('shop', first, head, 10)
  const told = found.map(({ title, paths }) => [title, paths])
  assert.deepEqual(told.sort(), [
    ['merged', ['dir/b']],
    ['side', ['dir/b']],
    ['two', ['a']],
  ])
  assert.equal(found.find(({ sha }) => sha === side)?.body, 'This reverts nothing.')
  assert.equal(found.find(({ sha }) => sha === head)?.parents.length, 2)
})

test('a name that is no project reaches no path', async () => {
  await using world = await stage()
  const { source } = world
  for (const name of ['../shop', 'Shop', '', 'a/b', '.git', '-x', 'shop.git', 'a'.repeat(80)]) {
    assert.throws(() => source.path(name), fault('project.invalid_name'), name)
  }
})

test('nothing in the repository or the surroundings makes git run something else', async () => {
  await using world = await stage()
  const { work, source, dir, publish } = world
  const first = await work.commit({ '.gitattributes': '* diff=evil filter=evil\n', a: '1' })
  const second = await work.commit({ a: '2' })
  await publish()
  const marker = join(dir, 'marker')
  const config = join(dir, 'shop.git', 'config')
  const evil = `[core]\n\tfsmonitor = touch ${marker}\n\thooksPath = ${dir}\n\tpager = touch ${marker}\n[diff "evil"]\n\tcommand = touch ${marker}\n\ttextconv = touch ${marker}\n[log]\n\tshowSignature = true\n[gpg]\n\tprogram = touch ${marker}\n`
  await writeFile(config, `[core]\n\tbare = true\n${evil}`)
  await source.changedPaths('shop', first, second)
  await source.commit('shop', second)
  await source.file('shop', second, 'a', 10)
  await source.refs('shop')
  await assert.rejects(stat(marker), { code: 'ENOENT' })
})
