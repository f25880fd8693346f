import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { cronProblem, isTimezone, nextTime, openUntil } from './cron.ts'

const at = (text: string) => Date.parse(text)
const shown = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

test('cron expressions of the five systems are fine, others are told what is wrong', () => {
  for (const cron of ['30 4 * * 3', '0 1 * * *', '10 * * * *', '*/5 9-17 * * MON-FRI', '0 0 1,15 * *']) {
    assert.equal(cronProblem(cron), null, cron)
  }
  for (const cron of ['', '* * * *', '* * * * * *', '61 * * * *', 'a * * * *', '0 0 31 2 *', '0 0 * * * 2026 7']) {
    assert.notEqual(cronProblem(cron), null, cron)
  }
})

test('any text is a cron expression or has a problem in words', () => {
  const field = fc.stringMatching(/^[-*/,0-9LW#?A-Z]{1,6}$/)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(field, { minLength: 5, maxLength: 5 }).map((all) => all.join(' ')),
      ),
      (text) => {
        if (cronProblem(text) === null) assert.equal(typeof nextTime({ cron: text, timezone: 'UTC' }, 0), 'number')
      },
    ),
    { numRuns: 300 },
  )
})

test('time zones are names of the IANA database', () => {
  for (const name of ['UTC', 'Europe/Berlin', 'America/St_Johns']) assert.ok(isTimezone(name), name)
  for (const name of ['', 'Europe/Berlni', '+01:00', 'here']) assert.ok(!isTimezone(name), name)
})

test('the next time is that of the zone, also where the clocks change', () => {
  const berlin = { cron: '30 2 * * *', timezone: 'Europe/Berlin' }
  assert.equal(shown(nextTime(berlin, at('2026-01-10T00:00:00Z'))), '2026-01-10T01:30:00.000Z')
  // 29 March 2026: 02:30 is skipped; it comes when the clocks have moved on.
  const spring = nextTime(berlin, at('2026-03-28T12:00:00Z'))
  assert.equal(shown(spring), '2026-03-29T01:00:00.000Z')
  // 25 October 2026: 02:30 is shown twice, and comes once.
  const first = nextTime(berlin, at('2026-10-24T12:00:00Z'))
  assert.equal(shown(first), '2026-10-25T00:30:00.000Z')
  assert.equal(shown(nextTime(berlin, first!)), '2026-10-26T01:30:00.000Z')
})

test('the next time comes after the given one, never at it', () => {
  const hourly = { cron: '0 * * * *', timezone: 'UTC' }
  assert.equal(shown(nextTime(hourly, at('2026-01-01T10:00:00Z'))), '2026-01-01T11:00:00.000Z')
})

test('a window is open from its time for its length', () => {
  const friday = { cron: '0 16 * * FRI', timezone: 'UTC', durationMs: 64 * 3_600_000 }
  assert.equal(openUntil(friday, at('2026-01-09T15:59:59Z')), null)
  assert.equal(shown(openUntil(friday, at('2026-01-09T16:00:00Z'))), '2026-01-12T08:00:00.000Z')
  assert.equal(shown(openUntil(friday, at('2026-01-12T07:59:59Z'))), '2026-01-12T08:00:00.000Z')
  assert.equal(openUntil(friday, at('2026-01-12T08:00:00Z')), null)
  const overlapping = { cron: '0 * * * *', timezone: 'UTC', durationMs: 5_400_000 }
  assert.equal(shown(openUntil(overlapping, at('2026-01-01T10:15:00Z'))), '2026-01-01T11:30:00.000Z')
})
