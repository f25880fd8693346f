import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseDuration, showDuration } from './duration.ts'

test('a duration is read from its units, large to small', () => {
  const rows: [string, number | null][] = [
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['30d', 2_592_000_000],
    ['500ms', 500],
    ['0s', 0],
    ['1m500ms', 60_500],
    ['', null],
    ['30', null],
    ['30 s', null],
    ['30S', null],
    ['-5s', null],
    ['1.5h', null],
    ['30m1h', null],
    ['1s1s', null],
    ['9999d', null],
    ['999999999999s', null],
  ]
  for (const [text, expected] of rows) assert.equal(parseDuration(text), expected, JSON.stringify(text))
})

test('a shown duration reads back as the same number', () => {
  assert.equal(showDuration(5_400_000), '1h30m')
  assert.equal(showDuration(0), '0s')
  fc.assert(fc.property(fc.integer({ min: 0, max: 3e11 }), (ms) => parseDuration(showDuration(ms)) === ms))
})
