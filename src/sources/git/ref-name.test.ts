import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import test from 'node:test'
import { hostileNames } from '../../../test/helpers/hostile-names.ts'
import { refNameProblem } from './ref-name.ts'

test('ordinary names are taken, and so are strange ones that are only strange', () => {
  const good = [
    'main',
    'v1.2.3',
    'feature/ünïcode',
    'a-b',
    '日本語',
    "it's",
    '$(id)',
    'a;b',
    '🚂',
    'a/b/c',
    'a@b',
    'release-2026.01',
  ]
  for (const name of good) {
    assert.equal(refNameProblem(`refs/heads/${name}`), null, name)
    assert.equal(refNameProblem(`refs/tags/${name}`), null, name)
  }
})

test('what is neither a branch nor a tag is refused', () => {
  for (const name of [
    'refs/heads/',
    'refs/heads',
    'refs/notes/x',
    'refs/signalbox/keep/x',
    'HEAD',
    'main',
    '',
    'refs/remotes/a/b',
    'refs/replace/x',
    'refs/for/main',
    'refs/for/main/',
  ]) {
    assert.match(refNameProblem(name) ?? '', /^is neither a branch nor a tag|^is not a name git allows/, name)
  }
})

test('everything that git refuses is refused', () => {
  for (const name of hostileNames) {
    const full = `refs/heads/${name}`
    if (refNameProblem(full) === null) assert.ok(isGitName(full), JSON.stringify(name))
  }
})

test('what git takes and nobody can want is refused with a reason', () => {
  const reasons = {
    '-x': /hyphen/,
    'a/-x': /hyphen/,
    'main\u202egnp': /turns text around/,
    'a\u0085b': /control character/,
    'a\u2028b': /control character/,
    [`${'f'.repeat(40)}`]: /commit/,
    [`${'é'.repeat(130)}`]: /longer than 255 bytes/,
    'a\ufffdb': /UTF-8/,
  }
  for (const [name, reason] of Object.entries(reasons)) {
    assert.ok(isGitName(`refs/heads/${name}`) || name.includes('\ufffd'), `git takes ${JSON.stringify(name)}`)
    assert.match(refNameProblem(`refs/heads/${name}`) ?? '', reason, JSON.stringify(name))
  }
})

function isGitName(name: string): boolean {
  if (name.includes('\0')) return false
  try {
    execFileSync('git', ['check-ref-format', name], { stdio: 'ignore' })
    return true
  } catch {
    return false // A non-zero exit code is the answer.
  }
}
