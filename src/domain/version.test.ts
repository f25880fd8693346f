import assert from 'node:assert/strict'
import test from 'node:test'
import type { VersionScheme } from './spec.ts'
import { versionOf } from './version.ts'

const input = {
  commit: '8a52aea0123456789abcdef0123456789abcdef0',
  // Half past midnight in Berlin is still the day before in UTC.
  committedAt: Date.parse('2022-10-20T00:30:00+02:00'),
  now: Date.parse('2026-01-02T03:04:05.678Z'),
}

test('each version scheme gives its form, in UTC', () => {
  const rows: Record<VersionScheme, string> = {
    sha40: '8a52aea0123456789abcdef0123456789abcdef0',
    sha7: '8a52aea',
    'date-sha': '20221019-g8a52aea',
    'rel-datetime': 'rel-2026.01.02.03.04.05',
    timestamp: '20260102030405',
  }
  for (const [scheme, expected] of Object.entries(rows)) {
    assert.equal(versionOf(scheme as VersionScheme, input), expected)
  }
})

test('the schemes made from the commit do not depend on when the release is made', () => {
  for (const scheme of ['sha40', 'sha7', 'date-sha'] as const) {
    assert.equal(versionOf(scheme, input), versionOf(scheme, { ...input, now: 0 }))
  }
})
