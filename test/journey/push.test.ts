import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import type { EventView, RunView } from '../../src/api/views.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { config } from './app.ts'
import { assertSucceeded, type Project, project } from './stage.ts'

const bare = { on: { push: { branches: ['main', 'feature/*'] }, tags: ['v*'] }, environments: { staging: { on: {} } } }

test('whatever is pushed ends in a clear recorded result', { timeout: 170_000 }, async (t) => {
  await using server = await startServer({ flags: ['--look-every', '1s'] })
  const shop = await project(server, 'shop')
  await shop.commit({ 'signalbox.yml': config('shop', bare), file: '1' })
  await shop.push('main')

  await t.test('several branches in one push: each is told what became of it', async () => {
    await shop.git('checkout', '-q', '-b', 'feature/one')
    const one = await shop.commit({ file: 'one' })
    await shop.git('checkout', '-q', '-b', 'other')
    const other = await shop.commit({ file: 'other' })
    await shop.git('checkout', '-q', '-b', 'feature/two', 'main')
    const two = await shop.commit({ file: 'two' })
    const told = await shop.push('feature/one', 'feature/two', 'other')
    assert.match(told, /remote: signalbox: feature\/one \w{8}: run r\d+ \(push to feature\/one\)/)
    assert.match(told, /remote: signalbox: feature\/two \w{8}: run r\d+/)
    assert.match(told, /remote: signalbox: other \w{8}: no run: the push trigger does not name the branch other/)
    for (const commit of [one, two]) assertSucceeded(await shop.run(commit))
    assert.deepEqual(await runsOf(shop, other), [])
    const why = (await shop.sb(['explain', other])).stdout
    assert.match(why, /refs\/heads\/other by admin started no run: the push trigger does not name the branch other/)
  })

  await t.test('a force-push: what it points to now is run, and the event holds both commits', async () => {
    const before = await shop.git('rev-parse', 'feature/one')
    await shop.git('checkout', '-q', '-B', 'feature/one', 'main')
    const after = await shop.commit({ file: 'one, again' })
    await assert.rejects(shop.push('feature/one'), /non-fast-forward|rejected/)
    await shop.push('--force', 'feature/one')
    assertSucceeded(await shop.run(after))
    const [event] = await events(shop)
    assert.deepEqual([event?.ref, event?.before, event?.after], ['refs/heads/feature/one', before, after])
  })

  await t.test('a tag that the trigger names is run, another is not', async () => {
    await shop.git('tag', 'v1', 'main')
    await shop.git('tag', '-m', 'nightly build', 'nightly', 'main')
    const told = await shop.push('v1', 'nightly')
    assert.match(told, /v1 \w{8}: run (r\d+) \(tag v1\)/)
    assert.match(told, /nightly \w{8}: no run: the tag trigger does not name nightly/)
    const runs = await runsOf(shop, await shop.git('rev-parse', 'main'))
    assert.deepEqual(runs.map(({ branch }) => branch).sort(), ['main', 'v1'])
  })

  await t.test('a branch that is deleted', async () => {
    assert.match(await shop.push('--delete', 'other'), /other: no run: the ref was deleted/)
    const [event] = await events(shop)
    assert.deepEqual([event?.ref, event?.after, event?.run], ['refs/heads/other', null, null])
  })

  await t.test('an empty commit is a commit', async () => {
    await shop.git('checkout', '-q', 'main')
    const empty = await shop.ship({}, 'nothing changed')
    const run = await shop.run(empty)
    assertSucceeded(run)
    assert.equal(run.title, 'nothing changed')
  })

  await t.test('a push of nothing new, and the same again, are no event', async () => {
    const count = (await events(shop)).length
    assert.match(await shop.push('main'), /up-to-date/)
    await shop.push('--force', 'main', 'feature/one')
    assert.equal((await events(shop)).length, count)
  })

  await t.test('a commit without a signalbox.yml', async () => {
    const commit = await shop.commit({ 'signalbox.yml': null })
    assert.match(await shop.push('main'), /no run: there is no signalbox\.yml in this commit/)
    for (const named of [commit, commit.slice(0, 7), 'main', 'HEAD']) {
      const why = (await shop.sb(['explain', named])).stdout
      assert.match(why, /no run: there is no signalbox\.yml in this commit/, named)
      assert.match(why, /staging\/shop +not live +there is no signalbox\.yml in this commit/, named)
    }
    assert.match((await shop.sb(['explain', 'HEAD~1'])).stdout, /"nothing changed"/)
    await shop.git('commit', '--quiet', '--allow-empty', '--message=kept here')
    const unknown = (await shop.sb(['explain', 'HEAD'], { wanted: 2 })).stderr
    assert.match(unknown, /is neither a commit nor a branch or tag of shop/)
    await shop.git('reset', '--quiet', 'HEAD~1')
  })

  await t.test('a broken signalbox.yml: every problem with file, line and column', async () => {
    const text = `project: shop\non: { push: { branchs: [main] } }\napp:\n  processes: { web: { comand: node web.js } }\n`
    const commit = await shop.ship({ 'signalbox.yml': text })
    const run = await shop.run(commit)
    assert.equal(run.outcome, 'failed')
    for (const [line, column, word] of [
      [2, 15, 'branchs'],
      [4, 23, 'comand'],
    ] as const) {
      assert.match(run.reason ?? '', new RegExp(`signalbox\\.yml:${line}:${column} .*${word}`))
    }
    for (const words of [['runs', 'show', run.id], ['explain', commit], ['validate']]) {
      const { stdout, stderr } = await shop.sb(words, { wanted: words[0] === 'validate' ? 2 : 0 })
      assert.match(stdout + stderr, /^ *signalbox\.yml:2:15/m, words.join(' '))
    }
  })

  await t.test('a ref moved on disk without a word is found by the clock', async () => {
    const commit = await shop.commit({ 'signalbox.yml': config('shop', bare) })
    await behindTheBack(shop)
    assertSucceeded(await shop.run(commit))
    const [event] = await events(shop)
    assert.deepEqual([event?.source, event?.by, event?.after], ['sync', 'signalbox', commit])
    assert.match((await shop.sb(['explain', commit])).stdout, /refs\/heads\/main by signalbox started r\d+/)
  })

  for (const [moment, isThere] of [
    ['before git has moved the branch', async (commit: string) => (await heads(shop)) === commit || isReceiving(shop)],
    ['after git has moved the branch', async (commit: string) => (await heads(shop)) === commit],
  ] as const) {
    await t.test(`a push during which the server is killed, ${moment}: once it is whole, it runs once`, async () => {
      const commit = await shop.commit({ file: moment, large: randomBytes(4_000_000) })
      const pushed = shop.push('main').then(
        () => 'was accepted',
        () => 'broke off',
      )
      await waitFor(moment, () => isThere(commit), 30_000)
      await server.kill('SIGKILL')
      const was = await heads(shop)
      t.diagnostic(`${moment}: the push ${await pushed}, the branch ${was === commit ? 'has moved' : 'has not moved'}`)
      await server.start()
      if (was !== commit) await shop.push('main')
      assertSucceeded(await shop.run(commit))
      await shop.push('main')
      assert.equal((await runsOf(shop, commit)).length, 1)
    })
  }

  await t.test('a ref moved on disk while there was no server is found at the start', async () => {
    const commit = await shop.commit({ file: 'while it was away' })
    await server.kill('SIGTERM')
    await behindTheBack(shop)
    await server.start()
    assertSucceeded(await shop.run(commit))
    assert.equal((await events(shop))[0]?.source, 'sync')
  })
})

async function events({ server, name }: Project): Promise<readonly EventView[]> {
  return await server.client.call('events.list', { params: { project: name }, query: { limit: 500 } })
}

async function runsOf({ server, name }: Project, commit: string): Promise<readonly RunView[]> {
  const runs = await server.client.call('runs.list', { query: { project: name, limit: 500 } })
  return runs.filter((run) => run.commit === commit)
}

/** The server's repository, as git sees it without the server. */
function repositoryOf({ server, name }: Project): string {
  return join(server.data, 'repositories', `${name}.git`)
}

async function heads(project: Project): Promise<string> {
  return await project.git('--git-dir', repositoryOf(project), 'rev-parse', 'main')
}

/** Objects of a push that git has not accepted yet lie in a folder of their own. */
async function isReceiving(project: Project): Promise<boolean> {
  return (await readdir(join(repositoryOf(project), 'objects'))).some((name) => name.startsWith('tmp_objdir-incoming'))
}

/** Moves the branch as somebody with access to the disk would. */
async function behindTheBack(project: Project): Promise<void> {
  await project.git('--git-dir', repositoryOf(project), 'fetch', '--quiet', project.path, '+main:main')
}
