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
  const source = gitSource({ reposDir: dir.path })
  return {
    work,
    source,
    publish: () => work.git('push', '--quiet', '--mirror', bare),
    there: (...words: string[]) => work.git('--git-dir', bare, ...words),
    revert: (commit: string, onto: string) => source.revert('shop', { ...wish(commit), onto }),
    async [Symbol.asyncDispose]() {
      await work[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

const wish = (commit: string) => ({
  commit,
  branch: `signalbox/revert-${commit.slice(0, 7)}`,
  message: 'Revert "two"',
  by: 'ada',
  at: Date.UTC(2026, 10, 26),
})
const fault = (code: FaultCode) => ({ code })

test('what a commit changed is taken back on a branch of its own, and what came since stays', async () => {
  await using it = await stage()
  await it.work.commit({ a: '1', b: '1' })
  const second = await it.work.commit({ a: '2', new: 'x' })
  const third = await it.work.commit({ b: '3' })
  await it.publish()
  const made = await it.revert(second, third)
  assert.equal(made.isNew, true)
  const show = (path: string) => it.there('show', `${made.sha}:${path}`)
  assert.deepEqual([await show('a'), await show('b')], ['1', '3'])
  await assert.rejects(show('new'))
  assert.equal(await it.there('rev-parse', `${made.sha}^`), third)
  const told = await it.there('log', '-1', '--format=%an: %B', made.sha)
  assert.equal(told.trim(), `ada: Revert "two"\n\nThis reverts commit ${second}.`)
  assert.equal((await it.source.refs('shop')).get(`refs/heads/${wish(second).branch}`), made.sha)
  assert.deepEqual(await it.revert(second, third), { sha: made.sha, isNew: false })
  await it.there('fsck', '--strict')
})

test('of a merge it takes back what came in by it, against its first parent', async () => {
  await using it = await stage()
  const first = await it.work.commit({ a: '1' })
  await it.work.git('checkout', '--quiet', '-b', 'topic')
  await it.work.commit({ topic: 'x' })
  await it.work.git('checkout', '--quiet', '-')
  await it.work.commit({ a: '2' })
  await it.work.git('merge', '--quiet', '--no-ff', '-m', 'merge topic', 'topic')
  const merge = await it.work.git('rev-parse', 'HEAD')
  await it.publish()
  const { sha } = await it.revert(merge, merge)
  assert.equal(await it.there('ls-tree', '--name-only', sha), 'a')
  assert.equal(await it.there('show', `${sha}:a`), '2')
  // The very first commit has nothing before it: all it brought goes, where nothing came on top.
  await assert.rejects(it.revert(first, merge), fault('revert.conflict'))
})

test('what was changed again since is told by the files it is in, and no branch is made', async () => {
  await using it = await stage()
  await it.work.commit({ a: '1', b: '1' })
  const second = await it.work.commit({ a: '2', b: '2' })
  const third = await it.work.commit({ a: '3' })
  await it.publish()
  await assert.rejects(it.revert(second, third), (error: { code: string; details: { files: string } }) => {
    assert.deepEqual([error.code, error.details.files], ['revert.conflict', 'a'])
    return true
  })
  assert.equal((await it.source.refs('shop')).size, 1)
})

test('a branch that is there with something else is left alone, and what is taken back already is not again', async () => {
  await using it = await stage()
  const first = await it.work.commit({ a: '1' })
  const second = await it.work.commit({ a: '2' })
  await it.work.git('branch', wish(second).branch, first)
  const back = await it.work.commit({ a: '1' })
  await it.publish()
  await assert.rejects(it.revert(second, back), fault('branch.taken'))
  await it.there('update-ref', '-d', `refs/heads/${wish(second).branch}`)
  await assert.rejects(it.revert(second, back), fault('revert.nothing'))
})
