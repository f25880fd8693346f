import assert from 'node:assert/strict'
import test from 'node:test'
import { systemClock } from './clock.ts'

test('sleeping ends after its time, or at once with the reason of the abort', async () => {
  const started = systemClock.monotonic()
  await systemClock.sleep(20)
  assert.ok(systemClock.monotonic() - started >= 19)
  const stop = new AbortController()
  const long = systemClock.sleep(60_000, stop.signal)
  stop.abort(new Error('enough'))
  await assert.rejects(long, /enough/)
  await assert.rejects(systemClock.sleep(1, stop.signal), /enough/)
})

test('a sleep of months, or for ever, does not end at once', async () => {
  for (const ms of [2 ** 40, Number.POSITIVE_INFINITY]) {
    const stop = new AbortController()
    const long = systemClock.sleep(ms, stop.signal).then(
      () => 'woke',
      () => 'stopped',
    )
    assert.equal(await Promise.race([long, systemClock.sleep(20).then(() => 'asleep')]), 'asleep')
    stop.abort()
    assert.equal(await long, 'stopped')
  }
})

test('the wall clock is that of the machine', () => {
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 1_000)
})
