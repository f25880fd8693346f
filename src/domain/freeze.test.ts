import assert from 'node:assert/strict'
import test from 'node:test'
import { frozenAt } from './freeze.ts'

const at = (text: string) => Date.parse(text)
const hour = 3_600_000
const weekend = { cron: '0 16 * * FRI', durationMs: 64 * hour, timezone: 'Europe/Berlin', reason: 'weekend' }

test('a window of the configuration is frozen from its time in its zone, for as long as it says, in summer and in winter', () => {
  // Friday 16:00 in Berlin is 14:00 UTC in summer and 15:00 in winter.
  for (const [begin, day] of [
    ['2026-07-03T14:00Z', 'summer'],
    ['2026-11-27T15:00Z', 'winter'],
  ] as const) {
    assert.equal(frozenAt(at(begin) - 1, [weekend], []), null, day)
    assert.deepEqual(frozenAt(at(begin), [weekend], []), {
      ...{ id: null, by: null, reason: 'weekend' },
      until: at(begin) + 64 * hour,
    })
    assert.notEqual(frozenAt(at(begin) + 64 * hour - 1, [weekend], []), null)
    assert.equal(frozenAt(at(begin) + 64 * hour, [weekend], []), null)
  }
})

test('over the night in which the clocks change a window lasts as long as it says', () => {
  const night = { cron: '0 22 * * *', durationMs: 9 * hour, timezone: 'Europe/Berlin', reason: 'night' }
  const begin = at('2026-10-24T20:00Z') // 22:00 in summer time; in the morning it is winter time
  assert.equal(frozenAt(begin + 9 * hour - 1, [night], [])?.until, begin + 9 * hour)
  assert.equal(frozenAt(begin + 9 * hour, [night], []), null)
})

test('of several at once the one that ends last says why, and what begins later says nothing yet', () => {
  const made = (from: number, until: number) => ({ id: 'f1', environment: 'x', by: 'ada', reason: 'sale', from, until })
  const begin = at('2026-11-27T15:00Z')
  const long = made(begin - hour, begin + 100 * hour)
  assert.equal(frozenAt(begin, [weekend], [long, made(begin + 1, begin + 999 * hour)])?.reason, 'sale')
  assert.equal(frozenAt(begin, [weekend], [made(begin - hour, begin + hour)])?.reason, 'weekend')
})
