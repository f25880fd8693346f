import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { nextTime } from './cron.ts'
import { follow, type Schedule, ticksDue } from './schedule.ts'
import type { ScheduledCommandSpec } from './spec.ts'

const at = (text: string) => Date.parse(text)
const minuteMs = 60_000

const spec: ScheduledCommandSpec = {
  ...{ name: 'prune', command: 'bin/prune', destructive: false, dryRun: null, timeoutMs: minuteMs },
  ...{ cron: '0 1 * * *', timezone: 'UTC', overlap: 'skip', lateMs: 10 * minuteMs, environments: [] },
}

function schedule(change: Partial<Schedule> = {}): Schedule {
  const made = follow('shop/shop/production', spec, { before: null, now: at('2026-03-01T00:00:00Z') })
  assert.ok(made !== null)
  return { ...made, ...change }
}

test('its time is run for once, and the next one is noted', () => {
  assert.deepEqual(ticksDue(schedule(), at('2026-03-01T01:00:01Z')), {
    run: at('2026-03-01T01:00:00Z'),
    missed: null,
    next: at('2026-03-02T01:00:00Z'),
  })
})

test('a server that was away for days runs once when it is not too late, and counts what was missed', () => {
  const back = ticksDue(schedule(), at('2026-03-04T01:05:00Z'))
  assert.equal(back.run, at('2026-03-04T01:00:00Z'))
  assert.deepEqual(back.missed, { count: 3, first: at('2026-03-01T01:00:00Z'), last: at('2026-03-03T01:00:00Z') })
  const late = ticksDue(schedule(), at('2026-03-04T02:00:00Z'))
  assert.deepEqual([late.run, late.missed?.count, late.next], [null, 4, at('2026-03-05T01:00:00Z')])
})

test('a time zone is heeded, also over the change to summer time', () => {
  const berlin = { ...schedule(), timezone: 'Europe/Berlin', dueAt: at('2026-03-28T00:00:00Z') }
  assert.equal(ticksDue(berlin, at('2026-03-28T00:00:00Z')).next, at('2026-03-29T00:00:00Z'))
  assert.equal(
    ticksDue({ ...berlin, dueAt: at('2026-03-29T00:00:00Z') }, at('2026-03-29T00:00:00Z')).next,
    at('2026-03-29T23:00:00Z'),
  )
})

test('every time is either run for or missed, and none twice, whenever the server looks', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 * minuteMs }), { minLength: 1, maxLength: 40 }), (pauses) => {
      const start = at('2026-03-01T00:30:00Z')
      let now = start
      let state = {
        ...schedule(),
        cron: '*/20 * * * *',
        lateMs: 5 * minuteMs,
        dueAt: nextTime({ cron: '*/20 * * * *', timezone: 'UTC' }, start) ?? 0,
      }
      const seen: number[] = []
      let missed = 0
      for (const pause of pauses) {
        now += pause
        const ticks = ticksDue(state, now)
        if (ticks.run !== null) seen.push(ticks.run)
        missed += ticks.missed?.count ?? 0
        assert.ok(ticks.next !== null && ticks.next > now)
        state = { ...state, dueAt: ticks.next }
      }
      const all =
        Math.floor((now - at('2026-03-01T00:40:00Z')) / (20 * minuteMs)) + (now >= at('2026-03-01T00:40:00Z') ? 1 : 0)
      assert.equal(new Set(seen).size, seen.length)
      assert.equal(seen.length + missed, Math.max(all, 0))
    }),
  )
})

test('a release with the same times does not move them; other times begin anew, and a pause stays', () => {
  const before = schedule({ dueAt: at('2026-03-05T01:00:00Z'), paused: { by: 'ada', reason: 'moving', at: 1 } })
  const now = at('2026-03-05T01:00:01Z')
  assert.deepEqual(follow(before.track, spec, { before, now }), before)
  const other = follow(before.track, { ...spec, cron: '30 2 * * *' }, { before, now })
  assert.deepEqual([other?.dueAt, other?.paused?.by], [at('2026-03-05T02:30:00Z'), 'ada'])
})
