import assert from 'node:assert/strict'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { Fault } from '../lib/fault.ts'
import { silent } from '../lib/log.ts'
import { Fence } from './fence.ts'
import { layoutOf } from './layout.ts'

const track = 'shop/web/production'
const never = new AbortController().signal
const isFenced = (error: unknown) => error instanceof Fault && error.code === 'target.fenced'

test('a lower number is refused and has no effect, an equal one may be repeated', async () => {
  await using dir = await tempDir()
  const fence = await Fence.open(layoutOf(dir.path), silent)
  const done: number[] = []
  const command = (number: number) => fence.pass({ track, number }, never, async () => void done.push(number))
  await command(7)
  await assert.rejects(command(6), isFenced)
  await command(7)
  await command(9)
  await assert.rejects(command(8), isFenced)
  assert.deepEqual(done, [7, 7, 9])
})

test('tracks are fenced apart', async () => {
  await using dir = await tempDir()
  const fence = await Fence.open(layoutOf(dir.path), silent)
  await fence.pass({ track, number: 9 }, never, async () => {})
  await fence.pass({ track: 'shop/web/staging', number: 1 }, never, async () => {})
})

test('the newest number is known after a restart', async () => {
  await using dir = await tempDir()
  const before = await Fence.open(layoutOf(dir.path), silent)
  await before.pass({ track, number: 9 }, never, async () => {})
  const after = await Fence.open(layoutOf(dir.path), silent)
  await assert.rejects(
    after.pass({ track, number: 8 }, never, async () => {}),
    isFenced,
  )
})

test('a command under way is told to stop when a newer one comes', async () => {
  await using dir = await tempDir()
  const fence = await Fence.open(layoutOf(dir.path), silent)
  const started = Promise.withResolvers<void>()
  const refused = assert.rejects(
    fence.pass({ track, number: 1 }, never, async (signal) => {
      started.resolve()
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }),
    isFenced,
  )
  await started.promise
  await fence.pass({ track, number: 2 }, never, async () => {})
  await refused
})

test('of two that come at once the lower has no effect', async () => {
  await using dir = await tempDir()
  const fence = await Fence.open(layoutOf(dir.path), silent)
  const done: number[] = []
  const command = (number: number) => fence.pass({ track, number }, never, async () => void done.push(number))
  const results = await Promise.allSettled([command(1), command(2)])
  assert.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'fulfilled'],
  )
  assert.deepEqual(done, [2])
})
