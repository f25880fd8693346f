import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { globProblem, matchesBranch, matchesPaths } from './glob.ts'

test('one pattern against one path', () => {
  const rows: [string, string, boolean][] = [
    // The table of GitHub's own documentation.
    ['*', 'README.md', true],
    ['*', 'docs/README.md', false],
    ['*.jsx?', 'page.js', true],
    ['*.jsx?', 'page.jsx', true],
    ['*.jsx?', 'page.jsxx', false],
    ['**', 'all/the/files.md', true],
    ['*.js', 'app.js', true],
    ['*.js', 'js/app.js', false],
    ['**.js', 'index.js', true],
    ['**.js', 'js/index.js', true],
    ['**.js', 'src/js/app.js', true],
    ['docs/*', 'docs/README.md', true],
    ['docs/*', 'docs/mona/octocat.txt', false],
    ['docs/**', 'docs/mona/octocat.txt', true],
    ['docs/**/*.md', 'docs/README.md', true],
    ['docs/**/*.md', 'docs/a/markdown/file.md', true],
    ['docs/**/*.md', 'docs.md', false],
    ['**/docs/**', 'docs/hello.md', true],
    ['**/docs/**', 'dir/docs/my-file.txt', true],
    ['**/docs/**', 'mydocs/my-file.txt', false],
    ['**/README.md', 'README.md', true],
    ['**/README.md', 'js/README.md', true],
    ['**/README.md', 'js/XREADME.md', false],
    ['**/*src/**', 'a/src/app.js', true],
    ['**/*src/**', 'my-src/code/js/app.js', true],
    ['**/migrate-*.sql', 'db/sept/migrate-v1.sql', true],
    ['v[12].[0-9]+.[0-9]+', 'v1.10.1', true],
    ['v[12].[0-9]+.[0-9]+', 'v3.0.0', false],
    ['v[12].[0-9]+.[0-9]+', 'v1..1', false],
    // Characters with a meaning elsewhere have none here.
    ['a.b', 'axb', false],
    ['(x|y)', 'x', false],
    ['(x|y)', '(x|y)', true],
    ['a$', 'a$', true],
    ['\\*.md', '*.md', true],
    ['\\*.md', 'a.md', false],
    ['c\\+\\+/**', 'c++/a.cc', true],
    ['[ab]c', 'bc', true],
    ['[ab]c', 'cc', false],
    ['[a-]', '-', true],
    ['Docs/*', 'docs/a', false],
    ['docs', 'docs/a', false],
    ['😀?a', 'a', true],
    ['😀?a', '😀a', true],
    ['***', 'a/b', true],
  ]
  for (const [pattern, path, expected] of rows) {
    assert.equal(matchesPaths([pattern], [path]), expected, `${pattern} against ${path}`)
  }
})

test('a later pattern has the last word', () => {
  const patterns = ['sub-project/**', '!sub-project/docs/**', 'sub-project/docs/keep.md']
  assert.equal(matchesPaths(patterns, ['sub-project/index.js']), true)
  assert.equal(matchesPaths(patterns, ['sub-project/docs/a.md']), false)
  assert.equal(matchesPaths(patterns, ['sub-project/docs/keep.md']), true)
  assert.equal(matchesPaths(['!docs/**', '**'], ['docs/a.md']), true)
  assert.equal(matchesPaths(['!docs/**'], ['src/a.ts']), false)
})

test('a change is left out only when every path of it is', () => {
  const patterns = ['**', '!**.md', '!.gitignore']
  assert.equal(matchesPaths(patterns, ['README.md', 'docs/a.md', '.gitignore']), false)
  assert.equal(matchesPaths(patterns, ['README.md', 'app.py']), true)
})

test('no patterns and no paths', () => {
  assert.equal(matchesPaths([], ['a']), true)
  assert.equal(matchesPaths([], []), true)
  assert.equal(matchesPaths(['**'], []), true)
  assert.equal(matchesPaths(['src/**'], []), false)
  assert.equal(matchesBranch([], 'main'), false)
})

test('the trap of the Hypothesis filters: * does not reach into deeper folders (trap 16)', () => {
  const patterns = ['**', '!.github/*', '!docs/*', '!requirements/*', 'requirements/prod.txt']
  assert.equal(matchesPaths(patterns, ['.github/dependabot.yml']), false)
  assert.equal(matchesPaths(patterns, ['.github/workflows/ci.yml']), true)
  assert.equal(matchesPaths(patterns, ['docs/index.rst']), false)
  assert.equal(matchesPaths(patterns, ['docs/developing/index.rst']), true)
  assert.equal(matchesPaths(patterns, ['requirements/dev.txt']), false)
  assert.equal(matchesPaths(patterns, ['requirements/prod.txt']), true)
})

test('branches and tags', () => {
  assert.equal(matchesBranch(['main', 'staging'], 'staging'), true)
  assert.equal(matchesBranch(['releases/**', '!releases/**-alpha'], 'releases/10'), true)
  assert.equal(matchesBranch(['releases/**', '!releases/**-alpha'], 'releases/beta/3-alpha'), false)
  assert.equal(matchesBranch(['feature/*'], 'feature/a/b'), false)
  assert.equal(matchesBranch(['v*'], 'v1.0'), true)
})

test('a pattern that cannot be meant is told in words', () => {
  assert.match(globProblem('') ?? '', /empty/)
  assert.match(globProblem('!') ?? '', /empty/)
  assert.match(globProblem('/src/**') ?? '', /starts with "\/"/)
  assert.match(globProblem('./src/**') ?? '', /starts with "\.\/"/)
  assert.match(globProblem('[abc') ?? '', /without its/)
  assert.match(globProblem('?a') ?? '', /no character before it/)
  assert.match(globProblem('a\\') ?? '', /nothing after it/)
  assert.equal(globProblem('!src/**'), null)
})

test('hostile patterns and paths take time in proportion, and a path matches itself escaped', () => {
  const start = process.hrtime.bigint()
  assert.equal(matchesPaths(['**a'.repeat(160)], ['a'.repeat(159) + 'b'.repeat(4000)]), false)
  assert.ok(process.hrtime.bigint() - start < 3_000_000_000n)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (path) => {
      const escaped = [...path].map((character) => `\\${character}`).join('')
      return matchesPaths([escaped], [path]) && matchesPaths(['**'], [path])
    }),
  )
})

test('any text is either refused or can be matched with', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (pattern, path) => {
      if (globProblem(pattern) === null) assert.equal(typeof matchesPaths([pattern], [path]), 'boolean')
    }),
  )
})
