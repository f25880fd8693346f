import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { gitEnvironment } from '../../../test/helpers/repository.ts'
import { step, testRunner } from '../../../test/helpers/runner.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import { noTmpfs, tmpfs } from '../../../test/helpers/tmpfs.ts'

test('the workspace holds all that is committed, also what an export would leave out or fill in, and nothing else', async () => {
  await using t = await testRunner()
  await t.repository.commit({
    '.gitattributes': 'tests export-ignore\nversion.txt export-subst\n',
    'tests/a.txt': 'kept',
    'version.txt': '$Format:%H$',
    'run.sh': { script: '#!/bin/sh\n' },
    link: { link: 'tests/a.txt' },
  })
  await writeFile(join(t.repository.path, 'not-committed'), '')
  const result = await t.run({
    steps: [
      step(
        'cat tests/a.txt link version.txt; echo; ls -A; test -x run.sh; test ! -x version.txt; stat -c %a tests/a.txt',
      ),
    ],
  })
  assert.equal(result.reason, null)
  const names = ['.gitattributes', 'README.md', 'link', 'run.sh', 'tests', 'version.txt']
  assert.deepEqual(await t.lines(result.attempt), ['keptkept$Format:%H$', ...names, '644'])
})

test('only the commit that was asked for is checked out, by its full name', async () => {
  await using t = await testRunner()
  const first = await t.repository.commit({ 'README.md': 'first' })
  await t.repository.commit({ 'README.md': 'second' })
  assert.deepEqual(await t.lines((await t.run({ commit: first, steps: [step('cat README.md')] })).attempt), ['first'])
  for (const commit of ['main', 'HEAD', first.slice(0, 12), `${first}^`, '--output=/tmp/x', '']) {
    const result = await t.run({ commit, steps: [step('true')] })
    assert.equal(result.outcome, 'errored', commit)
    assert.match(result.reason ?? '', /is not the full name of a commit/)
  }
  const gone = await t.run({ commit: 'a'.repeat(40), steps: [step('true')] })
  assert.deepEqual([gone.outcome, gone.reason], ['errored', `There is no commit ${'a'.repeat(40)} in shop`])
})

test('settings, hooks and replacements of the repository have no say', async () => {
  await using t = await testRunner()
  await using outside = await tempDir()
  const mark = join(outside.path, 'mark')
  const commit = await t.repository.commit({ 'a.txt': 'real', '.gitattributes': '*.txt filter=evil\n' })
  await t.repository.git('config', 'filter.evil.smudge', `touch ${mark}`)
  await t.repository.git('config', 'core.fsmonitor', `touch ${mark}`)
  await t.repository.git('config', 'tar.umask', '0777')
  await writeFile(join(t.repository.gitDir, 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })
  await t.repository.git(
    'replace',
    await t.repository.git('rev-parse', 'HEAD:a.txt'),
    await t.repository.git('rev-parse', 'HEAD:.gitattributes'),
  )
  const result = await t.run({ commit, steps: [step('cat a.txt')] })
  assert.deepEqual(await t.lines(result.attempt), ['real'])
  await assert.rejects(stat(mark), { code: 'ENOENT' })
})

test('trees that name folders outside, or hide one thing behind another, write nothing outside the workspace', async () => {
  await using t = await testRunner()
  await using outside = await tempDir()
  const blob = await t.repository.git('rev-parse', 'HEAD:README.md')
  const link = object(t.repository.gitDir, 'blob', Buffer.from(outside.path))
  const folder = tree(t.repository.gitDir, [['100644', 'written', blob]])
  const trees = [
    [['40000', '..', folder]],
    [['40000', '../../..', folder]],
    [['100644', `../../../${outside.path}/written`, blob]],
    [['100644', `${outside.path}/written`, blob]],
    [
      ['120000', 'a', link],
      ['40000', 'a', folder],
    ],
    [['40000', '.git', folder]],
    [['160000', 'module', 'b'.repeat(40)]],
  ] as const
  for (const entries of trees) {
    const top = tree(t.repository.gitDir, entries)
    const commit = await t.repository.git('commit-tree', '-m', 'hostile', top)
    await t.run({ commit, steps: [step('true')] })
    await assert.rejects(stat(join(outside.path, 'written')), { code: 'ENOENT' })
    for (const place of ['written', 'work/written', '../written'])
      await assert.rejects(stat(join(t.options.workDir, place)), { code: 'ENOENT' })
  }
})

/** Trees that git itself would not make. */
function tree(gitDir: string, entries: readonly (readonly [string, string, string])[]): string {
  const bytes = entries.map(([mode, name, sha]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')]),
  )
  return object(gitDir, 'tree', Buffer.concat(bytes))
}

function object(gitDir: string, type: string, content: Uint8Array): string {
  const words = [`--git-dir=${gitDir}`, 'hash-object', '-t', type, '-w', '--stdin', '--literally']
  return execFileSync('git', words, { input: content, env: gitEnvironment('/nonexistent') })
    .toString()
    .trim()
}

test('repositories with SHA-256 names work', async () => {
  await using t = await testRunner()
  await using dir = await tempDir()
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: dir.path, env: gitEnvironment(dir.path) })
      .toString()
      .trim()
  git('init', '--quiet', '--object-format=sha256')
  await writeFile(join(dir.path, 'a.txt'), 'content')
  git('add', '.')
  git('commit', '--quiet', '--message=first')
  const result = await t.run({
    repository: join(dir.path, '.git'),
    commit: git('rev-parse', 'HEAD'),
    steps: [step('cat a.txt')],
  })
  assert.deepEqual(await t.lines(result.attempt), ['content'])
})

test('a full disk while files are laid out is our error, and leaves nothing', { skip: await noTmpfs() }, async () => {
  await using disk = await tmpfs('2m')
  await using t = await testRunner({ workDir: join(disk.path, 'work') })
  await t.repository.commit({ 'large.bin': Buffer.alloc(3_000_000, 7) })
  const result = await t.run({ steps: [step('true')] })
  assert.equal(result.outcome, 'errored')
  assert.match(result.reason ?? '', /The disk is full/)
  assert.deepEqual(
    result.steps.map(({ outcome }) => outcome),
    ['skipped'],
  )
  await t.repository.commit({ 'large.bin': null })
  assert.equal((await t.run({ steps: [step('true')] })).outcome, 'succeeded')
  assert.deepEqual(await readFile(join(t.repository.path, 'README.md'), 'utf8'), 'a project')
})
