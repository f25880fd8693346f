import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { silent } from '../lib/log.ts'
import { aborted, type Ending, errored, failed, type Step, succeeded } from './step.ts'
import { caught, ensured, limited, recorded, retried, sequence, tolerated } from './wrap.ts'

const never = new AbortController().signal
const gives =
  (ending: Ending): Step =>
  async () =>
    ending

/** Works until it is aborted, as a well-behaved step does. */
const endless: Step = async (signal) => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  return aborted
}

test('a sequence goes on while steps succeed, and ends as the first one that does not', async () => {
  const seen: string[] = []
  const noting =
    (name: string, ending: Ending): Step =>
    async () => {
      seen.push(name)
      return ending
    }
  for (const ending of [failed('no'), errored('broke'), aborted]) {
    seen.length = 0
    const steps = [noting('a', succeeded), noting('b', ending), noting('c', succeeded)]
    assert.deepEqual(await sequence(steps)(never), ending)
    assert.deepEqual(seen, ['a', 'b'])
  }
  assert.equal((await sequence([])(never)).outcome, 'succeeded')
  assert.equal((await sequence([gives(succeeded)])(AbortSignal.abort())).outcome, 'aborted')
})

test('a retry tries failed and errored steps again, waits in between, and counts', async () => {
  const clock = new ManualClock()
  const endings = [failed('no', 1), errored('broke'), succeeded]
  const told: string[] = []
  const step = retried(async () => endings.shift() ?? succeeded, {
    clock,
    retries: 5,
    delayMs: (failures) => failures * 1_000,
    onRetry: (attempt, { reason }) => told.push(`${attempt}: ${reason}`),
  })
  const result = step(never)
  await waitFor('the first wait', () => clock.sleeping === 1)
  await clock.advance(999)
  assert.equal(endings.length, 2)
  await clock.advance(1)
  await waitFor('the second wait', () => clock.sleeping === 1)
  await clock.advance(2_000)
  assert.deepEqual(await result, { ...succeeded, attempts: 3 })
  assert.deepEqual(told, ['2: no', '3: broke'])
})

test('a retry gives up after its number, and never tries again what was aborted', async () => {
  const options = { clock: new ManualClock(), retries: 2, delayMs: () => 0, onRetry: () => {} }
  assert.deepEqual(await retried(gives(failed('no', 7)), options)(never), { ...failed('no', 7), attempts: 3 })
  assert.deepEqual(await retried(gives(aborted), options)(never), { ...aborted, attempts: 1 })
})

test('somebody who cancels does not wait for the next try', async () => {
  const clock = new ManualClock()
  const stop = new AbortController()
  const result = retried(gives(failed('no')), { clock, retries: 9, delayMs: () => 60_000, onRetry: () => {} })(
    stop.signal,
  )
  await waitFor('the wait', () => clock.sleeping === 1)
  stop.abort()
  assert.equal((await result).outcome, 'aborted')
})

test('a limit makes a failure that names it; an abort from outside stays an abort', async () => {
  const clock = new ManualClock()
  const limit = { clock, limitMs: 5_000, reason: 'its limit' }
  const late = limited(endless, limit)(never)
  await clock.advance(5_000)
  assert.deepEqual(await late, failed('its limit'))
  const stop = new AbortController()
  const cancelled = limited(endless, limit)(stop.signal)
  stop.abort()
  assert.equal((await cancelled).outcome, 'aborted')
  assert.deepEqual(await limited(gives(succeeded), limit)(never), succeeded)
  assert.equal(clock.sleeping, 0)
})

test('the inner of two limits fails the step, the outer one the whole', async () => {
  const clock = new ManualClock()
  const inner = limited(endless, { clock, limitMs: 9_000, reason: 'inner' })
  const outer = limited(inner, { clock, limitMs: 5_000, reason: 'outer' })(never)
  await clock.advance(5_000)
  assert.equal((await outer).reason, 'outer')
})

test('tolerated steps never stop a job, cancelled ones do', async () => {
  assert.equal((await tolerated(gives(failed('no')))(never)).outcome, 'succeeded')
  assert.equal((await tolerated(gives(errored('broke')))(never)).outcome, 'succeeded')
  assert.equal((await tolerated(gives(aborted))(never)).outcome, 'aborted')
})

test('cleaning up happens after every ending, also after a throw and when aborted before', async () => {
  let cleaned = 0
  const cleanUp = async () => {
    cleaned += 1
  }
  for (const step of [gives(succeeded), gives(failed('no')), gives(aborted)])
    await ensured(step, cleanUp)(AbortSignal.abort())
  const throwing: Step = async () => {
    throw new Error('broke')
  }
  await assert.rejects(ensured(throwing, cleanUp)(never), /broke/)
  assert.equal(cleaned, 4)
})

test('what is thrown becomes an ending: a fault in its own words, a bug as our mistake, after an abort as aborted', async () => {
  const throwing =
    (error: unknown): Step =>
    async () => {
      throw error
    }
  assert.equal(
    (await caught(throwing(new Fault('disk.full', { details: { path: '/x' } })), silent)(never)).reason,
    'The disk is full: /x could not be written',
  )
  assert.match(
    (await caught(throwing(new TypeError('oops')), silent)(never)).reason ?? '',
    /Signalbox itself made a mistake: oops/,
  )
  assert.equal((await caught(throwing(new Error('cut')), silent)(AbortSignal.abort())).outcome, 'aborted')
})

test('a record tells how it ended and how long it took', async () => {
  const clock = new ManualClock()
  const told: unknown[] = []
  const slow: Step = async () => {
    await clock.sleep(1_500)
    return failed('no', 2)
  }
  const result = recorded(slow, clock, (ending, durationMs) => told.push([ending.exitCode, durationMs]))(never)
  await clock.advance(1_500)
  await result
  assert.deepEqual(told, [[2, 1_500]])
})
