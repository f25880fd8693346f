import assert from 'node:assert/strict'
import test from 'node:test'
import { ago, brief, moment } from './time-text.ts'

test('a time is told in its two largest units', () => {
  const rows = [
    [0, '0.0s'],
    [420, '0.4s'],
    [9_999, '10.0s'],
    [12_400, '12s'],
    [60_000, '1m'],
    [65_000, '1m 5s'],
    [3_600_000, '1h'],
    [3_660_000 + 59_000, '1h 1m'],
    [86_400_000 * 3 + 3_600_000 * 4, '3d 4h'],
    [86_400_000 * 3 + 60_000, '3d'],
    [-5, '0.0s'],
  ] as const
  for (const [ms, text] of rows) assert.equal(brief(ms), text)
})

test('an age is never in the future', () => {
  assert.equal(ago(1000, 1500), 'just now')
  assert.equal(ago(5000, 1500), 'just now')
  assert.equal(ago(0, 90_000), '1m 30s ago')
})

test('a moment is told in UTC', () => {
  assert.equal(moment(Date.UTC(2026, 10, 21, 5, 36, 1)), '2026-11-21 05:36:01')
})
