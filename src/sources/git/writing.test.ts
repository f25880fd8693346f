import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { repository } from '../../../test/helpers/repository.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import type { FaultCode } from '../../lib/faults.ts'
import { gitRepositories } from './repository.ts'
import { gitSource } from './source.ts'

async function stage() {
  const dir = await tempDir()
  const work = await repository()
  await gitRepositories({ reposDir: dir.path }).create('shop')
  const bare = join(dir.path, 'shop.git')
  return {
    work,
    source: gitSource({ reposDir: dir.path }),
    publish: () => work.git('push', '--quiet', '--mirror', bare),
    there: (...words: string[]) => work.git('--git-dir', bare, ...words),
    async [Symbol.asyncDispose]() {
      await work[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

const at = Date.UTC(2026, 10, 26, 2, 29, 11)
const fault = (code: FaultCode) => ({ code })

test('a tag is a real one with its message, made twice it is one, and it is never moved', async () => {
  await using it = await stage()
  const first = await it.work.commit({ a: '1' })
  const second = await it.work.commit({ a: '2' })
  await it.publish()
  const tag = { name: 'api-2026.11.26.02.29.11', commit: first, message: '- one\n\n- two', by: 'ada <x>', at }
  await it.source.tag('shop', tag)
  const object = await it.there('rev-parse', `refs/tags/${tag.name}`)
  await it.source.tag('shop', tag)
  assert.equal(await it.there('rev-parse', `refs/tags/${tag.name}`), object)
  const told = await it.there('tag', '--list', '--format=%(objecttype) %(*objectname) %(taggername) %(contents)')
  assert.equal(told, `tag ${first} ada x - one\n\n- two`)
  assert.equal((await it.source.refs('shop')).get(`refs/tags/${tag.name}`), first)
  await assert.rejects(it.source.tag('shop', { ...tag, commit: second }), fault('tag.taken'))
  await assert.rejects(it.source.tag('shop', { ...tag, name: 'a..b' }), fault('ref.refused'))
  await it.there('fsck', '--strict')
})

test('a tag somebody made at the same commit will do', async () => {
  await using it = await stage()
  const first = await it.work.commit({ a: '1' })
  await it.work.git('tag', 'v1')
  await it.publish()
  await it.source.tag('shop', { name: 'v1', commit: first, message: 'm', by: 'ada', at })
  assert.equal(await it.there('rev-parse', 'v1'), first)
})

test('a file is committed on a branch of its own, beside all that is there, without a worktree', async () => {
  await using it = await stage()
  const parent = await it.work.commit({ 'changelogs/old.md': 'old', 'b/c': '1', run: { script: 'x' } })
  await it.publish()
  const wanted = { branch: 'signalbox/changelog-1', parent, path: 'changelogs/api/1.md', by: 'ada', at }
  const commit = { ...wanted, content: '# 1\n', message: 'Changelog of 1' }
  const sha = await it.source.commitFile('shop', commit)
  assert.equal(await it.source.commitFile('shop', commit), sha)
  assert.equal(await it.source.file('shop', sha, 'changelogs/api/1.md', 100), '# 1\n')
  assert.deepEqual(await it.source.changedPaths('shop', parent, sha), ['changelogs/api/1.md'])
  assert.equal((await it.source.refs('shop')).get('refs/heads/signalbox/changelog-1'), sha)
  const newer = await it.work.commit({ d: '1' })
  await it.work.git('push', '--quiet', await it.there('rev-parse', '--git-dir'), 'main')
  assert.equal(await it.source.commitFile('shop', { ...commit, parent: newer }), sha, 'it is there already')
  await assert.rejects(it.source.commitFile('shop', { ...commit, content: 'other' }), fault('branch.taken'))
  await it.there('fsck', '--strict')
})

test('the log follows first parents, with messages and the paths that each commit changed', async () => {
  await using it = await stage()
  const { work, source } = it
  const first = await work.commit({ a: '1' }, 'one (#1)\n\nwhy\n\nLabel: fix')
  await work.git('switch', '--quiet', '--create', 'side')
  const side = await work.commit({ 'd/x\ny': '2' }, 'inside')
  await work.git('switch', '--quiet', 'main')
  const empty = await work.commit({}, 'nothing')
  await work.git('merge', '--quiet', '--no-ff', '--message=Merge pull request #12\n\nNice \u001b[31mtitle', 'side')
  await it.publish()
  const log = await source.log('shop', null, await work.git('rev-parse', 'HEAD'), 10)
  assert.deepEqual(
    log.map(({ title, body, paths, parents }) => [title, body, paths, parents]),
    [
      ['Merge pull request #12', 'Nice [31mtitle', ['d/x\ny'], [empty, side]],
      ['nothing', '', [], [first]],
      ['one (#1)', 'why\n\nLabel: fix', ['a'], []],
    ],
  )
  assert.deepEqual((await source.log('shop', first, log[0]?.sha ?? '', 1)).length, 1)
  assert.deepEqual(await source.log('shop', first, first, 10), [])
  await assert.rejects(source.log('shop', null, 'f'.repeat(40), 10), fault('commit.missing'))
})
