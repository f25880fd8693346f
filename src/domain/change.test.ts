import assert from 'node:assert/strict'
import test from 'node:test'
import { changeOf, notesOf } from './change.ts'

function change(title: string, body = '', author = 'Ada') {
  return changeOf({ sha: 'abcdef0123456789abcdef0123456789abcdef01', title, body, author, committedAt: 0 })
}

test('the pull request is read from a squash, a merge and a merge request, and the title is the pull request’s own', () => {
  const told = [
    change('Add a cart (#12)'),
    change('Merge pull request #7 from ada/cart', 'feat: Add a cart\n\nmore'),
    change('Merge pull request #8 from ada/x'),
    change("Merge branch 'cart' into 'main'", 'Nine\n\nSee merge request shop/shop!9'),
    change('Fix #12, again'),
  ].map(({ title, pullRequest }) => [title, pullRequest])
  assert.deepEqual(told, [
    ['Add a cart', 12],
    ['Add a cart', 7],
    ['Merge pull request #8 from ada/x', 8],
    ['Nine', 9],
    ['Fix #12, again', null],
  ])
})

test('types, breaking marks and labels are read; a word before a colon that is no type stays', () => {
  const { title, type, isBreaking } = change('feat(cart)!: two at once')
  assert.deepEqual([title, type, isBreaking], ['two at once', 'feat', true])
  assert.equal(change('Cart: two at once').title, 'Cart: two at once')
  assert.equal(change('constructor: x').type, null)
  assert.deepEqual(change('x', 'why\n\nLabel: Bug\nLabels: api, bug').labels, ['bug', 'api'])
  assert.equal(change('x', 'BREAKING CHANGE: all of it').isBreaking, true)
})

test('notes are grouped by label when one is known, else by type, and skipped where a label says so', () => {
  const notes = notesOf([
    change('chore: tidy'),
    change('plain (#1)'),
    change('fix: not a fix', 'Label: feature'),
    change('fix: a bug'),
    change('odd', 'Label: stack: api'),
    change('feat!: all new'),
    change('secret', 'Label: skip-changelog'),
  ])
  assert.equal(
    notes,
    `### Breaking changes

- all new (abcdef0, Ada)

### Features

- not a fix (abcdef0, Ada)

### Fixes

- a bug (abcdef0, Ada)

### Stack: api

- odd (abcdef0, Ada)

### Changes

- plain (#1, Ada)

### Internal

- tidy (abcdef0, Ada)`,
  )
})

test('without groups there are no headings, and without changes that is said', () => {
  assert.equal(notesOf([change('one'), change('two')]), '- one (abcdef0, Ada)\n- two (abcdef0, Ada)')
  assert.equal(notesOf([]), 'No changes.')
})

test('a title stays text where Markdown is shown', () => {
  assert.match(notesOf([change('[x](javascript:1) <img> `a`')]), /\\\[x\\\]\(javascript:1\) \\<img\\> \\`a\\`/)
})
