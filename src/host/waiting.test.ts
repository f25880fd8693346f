import assert from 'node:assert/strict'
import test from 'node:test'
import { Bell } from '../lib/bell.ts'
import { systemClock } from '../system/clock.ts'
import { late, unlessAborted, within } from './waiting.ts'

const never = new AbortController().signal

test('waiting ends with the reason of the signal', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const waits = [new Bell().wait(controller.signal), unlessAborted(new Promise(() => {}), controller.signal)]
  controller.abort(reason)
  for (const wait of waits) await assert.rejects(wait, (error) => error === reason)
})

test('work within its limit gives its result, work over it is late and told to stop', async () => {
  const limit = { clock: systemClock, limitMs: 20, signal: never }
  assert.equal(await within(limit, async () => 'done'), 'done')
  await assert.rejects(
    within(limit, () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  let stopped = false
  const slow = within(limit, async (signal) => {
    signal.addEventListener('abort', () => (stopped = true))
    await new Promise(() => {})
  })
  assert.equal(await slow, late)
  assert.ok(stopped)
})

test('work within a limit is given up when the outer signal is aborted', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const work = within({ clock: systemClock, limitMs: 10_000, signal: controller.signal }, () => new Promise(() => {}))
  controller.abort(reason)
  await assert.rejects(work, (error) => error === reason)
})
