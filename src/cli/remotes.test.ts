import assert from 'node:assert/strict'
import test from 'node:test'
import { repository } from '../../test/helpers/repository.ts'
import { projectOf, projectsOfRemotes } from './remotes.ts'

const server = 'https://box.example.com'

test('a remote names a project only when it is on this server', () => {
  const rows = [
    ['https://box.example.com/git/shop.git', 'shop'],
    ['https://me:secret@box.example.com/git/shop.git', 'shop'],
    ['https://box.example.com/git/shop.git/', 'shop'],
    ['https://box.example.com:8443/git/shop.git', null],
    ['http://box.example.com/git/shop.git', null],
    ['https://elsewhere.example.com/git/shop.git', null],
    ['https://box.example.com/git/../shop.git', null],
    ['https://box.example.com/git/shop', null],
    ['https://box.example.com/git/Shop%0a.git', null],
    ['git@box.example.com:git/shop.git', null],
    ['/srv/git/shop.git', null],
    ['', null],
  ] as const
  for (const [remote, project] of rows) assert.equal(projectOf(remote, server), project, remote)
  assert.equal(projectOf('https://x.org/base/git/shop.git', 'https://x.org/base'), 'shop')
  assert.equal(projectOf('https://x.org/git/shop.git', 'https://x.org/base'), null)
})

test('the remotes of the repository around a folder tell, also from below and with names that hold newlines', async () => {
  await using repo = await repository()
  await repo.commit({ 'deep/file': '' })
  await repo.git('remote', 'add', 'origin', 'https://github.com/someone/shop.git')
  await repo.git('remote', 'add', 'box', `${server}/git/shop.git`)
  await repo.git('config', 'remote.box.pushurl', `${server}/git/other.git`)
  await repo.git('config', 'remote.odd.url', `${server}/git/a.git\n${server}/git/evil.git`)
  const world = {
    env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null' },
    folder: `${repo.path}/deep`,
    signal: new AbortController().signal,
  }
  assert.deepEqual([...(await projectsOfRemotes(world, server))].sort(), ['other', 'shop'])
  assert.deepEqual(await projectsOfRemotes({ ...world, folder: '/' }, server), [])
  assert.deepEqual(await projectsOfRemotes({ ...world, env: { PATH: '/nowhere' } }, server), [])
})
