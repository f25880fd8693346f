import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../../test/helpers/clock.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { slots } from './slots.ts'

const { signal } = new AbortController()

test('those who come first go first, and every key has its own line', async () => {
  const line = slots({ width: 1, most: 9, waitMs: 1_000, clock: new ManualClock() })
  const order: string[] = []
  const leaveA = await line.take('a', signal)
  const leaveB = await line.take('b', signal)
  const later = ['one', 'two', 'three'].map(async (name) => {
    const leave = await line.take('a', signal)
    order.push(name)
    leave()
  })
  leaveB()
  leaveA()
  leaveA()
  await Promise.all(later)
  assert.deepEqual(order, ['one', 'two', 'three'])
})

test('as many go on at once as there is room for', async () => {
  const line = slots({ width: 2, most: 9, waitMs: 1_000, clock: new ManualClock() })
  const leaves = [await line.take('a', signal), await line.take('a', signal)]
  let isIn = false
  const third = line.take('a', signal).then((leave) => {
    isIn = true
    return leave
  })
  await new Promise(setImmediate)
  assert.equal(isIn, false)
  leaves[0]?.()
  leaves[0]?.()
  ;(await third)()
  leaves[1]?.()
})

test('who waits too long, or finds too many waiting, is told to come again', async () => {
  const clock = new ManualClock()
  const line = slots({ width: 1, most: 1, waitMs: 1_000, clock })
  const leave = await line.take('a', signal)
  const waiting = line.take('a', signal)
  await assert.rejects(line.take('a', signal), { code: 'git.busy' })
  const late = assert.rejects(waiting, { code: 'git.busy' })
  await clock.advance(1_000)
  await late
  leave()
  ;(await line.take('a', signal))()
})

test('who goes away while waiting leaves the line, and a place given at that very moment is handed on', async () => {
  const clock = new ManualClock()
  const line = slots({ width: 1, most: 9, waitMs: 1_000, clock })
  for (const isGivenFirst of [true, false]) {
    const leave = await line.take('a', signal)
    const gone = new AbortController()
    const waiting = line.take('a', gone.signal)
    await waitFor('the wait', () => clock.sleeping === 1)
    if (isGivenFirst) leave()
    gone.abort(new Error('gone'))
    if (!isGivenFirst) leave()
    await waiting.then(
      (mine) => mine(),
      (error: unknown) => assert.match(String(error), /gone/),
    )
    ;(await line.take('a', signal))()
  }
})
