import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { repository } from '../../../test/helpers/repository.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import { originOf } from './origin.ts'
import { assertGit, gitRepositories } from './repository.ts'
import { gitSource } from './source.ts'

const { signal } = new AbortController()

test('a repository is created empty, with its settings and no hooks; creating it again keeps its commits', async () => {
  await using dir = await tempDir()
  await using work = await repository()
  const repositories = gitRepositories({ reposDir: join(dir.path, 'repos') })
  await repositories.create('shop')
  const path = join(dir.path, 'repos', 'shop.git')
  assert.equal(await readFile(join(path, 'HEAD'), 'utf8'), 'ref: refs/heads/main\n')
  await assert.rejects(stat(join(path, 'hooks')), { code: 'ENOENT' })
  assert.equal(await work.git('--git-dir', path, 'config', 'receive.fsckObjects'), 'true')
  assert.equal(await work.git('--git-dir', path, 'config', 'receive.fsck.badTimezone'), 'ignore')

  const sha = await work.commit({ a: '1' })
  await work.git('push', '--quiet', path, 'main')
  await writeFile(join(path, 'config'), '[core]\n\tbare = true\n')
  await repositories.create('shop')
  assert.equal((await gitSource({ reposDir: join(dir.path, 'repos') }).refs('shop')).get('refs/heads/main'), sha)
  assert.equal(await work.git('--git-dir', path, 'config', 'http.receivepack'), 'true')
})

test('a history is taken over whole from a repository on this machine, with its main branch', async () => {
  await using dir = await tempDir()
  await using work = await repository()
  await work.git('branch', '-m', 'trunk')
  const sha = await work.commit({ a: '1' })
  await work.git('branch', 'other')
  await work.git('tag', 'v1')
  await work.git('update-ref', 'refs/heads/-evil', sha)
  await work.git('update-ref', 'refs/pull/1/head', sha)
  const repositories = gitRepositories({ reposDir: dir.path })
  await repositories.create('shop')
  const taken = await repositories.fetch('shop', work.path, signal)
  assert.deepEqual(taken, { head: 'refs/heads/trunk', leftOut: ['refs/heads/-evil'] })
  const refs = await gitSource({ reposDir: dir.path }).refs('shop')
  assert.deepEqual([...refs.keys()], ['refs/heads/other', 'refs/heads/trunk', 'refs/tags/v1'])
  assert.equal(await readFile(join(dir.path, 'shop.git', 'HEAD'), 'utf8'), 'ref: refs/heads/trunk\n')
})

test('fetching again keeps what the branches there no longer hold', async () => {
  await using dir = await tempDir()
  await using work = await repository()
  const repositories = gitRepositories({ reposDir: dir.path })
  await repositories.create('shop')
  const sha = await work.commit({ a: '1' })
  await repositories.fetch('shop', work.path, signal)
  await work.git('commit', '--quiet', '--amend', '--message=again')
  await repositories.fetch('shop', work.path, signal)
  await work.git('--git-dir', join(dir.path, 'shop.git'), 'gc', '--quiet', '--prune=now')
  assert.equal((await gitSource({ reposDir: dir.path }).commit('shop', sha)).sha, sha)
})

test('what cannot be fetched is said in git’s own words', async () => {
  await using dir = await tempDir()
  const repositories = gitRepositories({ reposDir: dir.path })
  await repositories.create('shop')
  await mkdir(join(dir.path, 'empty'))
  const code = 'repository.not_fetched'
  await assert.rejects(repositories.fetch('shop', join(dir.path, 'nowhere'), signal), {
    code,
    message: /not (exist|appear)|fatal/,
  })
  await assert.rejects(repositories.fetch('shop', join(dir.path, 'empty'), signal), { code })
  await assert.rejects(repositories.fetch('shop', 'https://127.0.0.1:1/x', signal), {
    code,
    message: /unable to access/,
  })
  const over = AbortSignal.abort(new Error('enough'))
  await assert.rejects(repositories.fetch('shop', 'https://127.0.0.1:1/x', over), /enough/)
})

test('only https, ssh and absolute paths are addresses, and none can be an option', () => {
  const good = ['https://git.example/x.git', 'ssh://git@git.example:22/x', 'git@git.example:team/x.git', '/srv/git/x']
  for (const origin of good) assert.ok(!('problem' in originOf(origin)), origin)
  const hostile = [
    ...[
      '--upload-pack=touch x',
      '-u',
      '-utouch',
      'ext::sh -c touch%20x',
      'fd::17',
      'file:///etc',
      'http://a/b',
      'git://a/b',
    ],
    ...[
      'ssh://-oProxyCommand=touch/x',
      'ssh://a/-x',
      'ssh://-x@a/b',
      'ssh://a:p@b/c',
      '-x@host:path',
      'a@-host:path',
      'a@host:-path',
    ],
    ...[
      'https://user:secret@a/b',
      'https://token@a/b',
      'https://-a/b',
      'https://',
      'https:/a',
      'HTTPS://a/b',
      'relative/path',
      '../x',
      '.',
    ],
    ...[
      '/a/../../etc',
      '/a b',
      '/a\nb',
      'https://a/b c',
      'https://a/\u202e',
      'a@b',
      'C:\\x',
      'host:path',
      '',
      ' ',
      'x'.repeat(3000),
      '\0',
    ],
    ...[
      'ftp://a/b',
      'rsync://a/b',
      'svn+ssh://a/b',
      'javascript:x',
      'transport::https://a/b',
      'ssh://a b/c',
      '::1:x',
      'a@b::c',
    ],
  ]
  for (const origin of hostile) assert.ok('problem' in originOf(origin), JSON.stringify(origin))
})

test('objects that are gone do not keep others from being kept', async () => {
  await using dir = await tempDir()
  await using work = await repository()
  const sha = await work.commit({ a: '1' })
  const repositories = gitRepositories({ reposDir: dir.path })
  await repositories.create('shop')
  await repositories.fetch('shop', work.path, signal)
  await repositories.keep('shop', ['f'.repeat(40), sha, '-x', sha.slice(0, 8)])
  await repositories.keep('shop', [sha])
  await repositories.keep('shop', [])
  const kept = await work.git('--git-dir', join(dir.path, 'shop.git'), 'for-each-ref', 'refs/signalbox')
  assert.deepEqual(kept.split('\n'), [`${sha} commit\trefs/signalbox/keep/${sha}`])
  await repositories.remove('shop')
  await repositories.remove('shop')
  await assert.rejects(stat(join(dir.path, 'shop.git')), { code: 'ENOENT' })
})

test('a git that is too old is refused', async () => {
  await using dir = await tempDir()
  const pretend = async (version: string) => {
    await writeFile(join(dir.path, 'git'), `#!/bin/sh\necho "git version ${version}"\n`)
    await chmod(join(dir.path, 'git'), 0o755)
    await assertGit({ env: { PATH: `${dir.path}:/bin` } })
  }
  await assertGit({})
  await pretend('3.0.1')
  await assert.rejects(pretend('2.35.9'), { code: 'git.too_old', message: /git version 2\.35\.9.*2\.36/ })
  await assert.rejects(pretend('unknown'), { code: 'git.too_old' })
})

test('a commit is found by some of its digits, its branch or its tag, and by nothing else', async () => {
  await using dir = await tempDir()
  await using work = await repository()
  const first = await work.commit({ a: '1' })
  await work.git('tag', '--annotate', '--message=x', 'v1')
  const second = await work.commit({ a: '2' })
  await work.git('branch', 'feature/x')
  await work.git('tag', 'tree', `${second}^{tree}`)
  const repositories = gitRepositories({ reposDir: dir.path })
  await repositories.create('shop')
  await repositories.fetch('shop', work.path, signal)
  const names = { [first]: first, [first.slice(0, 7)]: first, v1: first, main: second, 'feature/x': second }
  for (const [name, sha] of Object.entries(names)) assert.equal(await repositories.resolve('shop', name), sha, name)
  for (const name of [
    first.slice(0, 6),
    'HEAD',
    'main^',
    'main~1',
    '--all',
    'refs/heads/main',
    'tree',
    '',
    '@',
    ':/2',
    'nowhere',
    '\0',
  ]) {
    assert.equal(await repositories.resolve('shop', name), null, name)
  }
})
