import assert from 'node:assert/strict'
import test from 'node:test'
import { Fault } from './fault.ts'
import type { Log } from './log.ts'
import { rememberingLog } from './remembering-log.ts'

test('the newest troubles are kept without their fields, and every line goes where it went before', () => {
  const written: string[] = []
  const line = (sentence: string) => void written.push(sentence)
  const plain: Log = { debug: line, info: line, warn: line, error: line }
  const log = rememberingLog(plain, () => written.length)
  log.info('all well')
  log.warn('late', { token: 'hush', error: new Fault('store.busy', { details: { problem: 'hush' } }) })
  assert.deepEqual(log.troubles(), [{ at: 1, level: 'warn', sentence: 'late', code: 'store.busy' }])
  for (let count = 1; count <= 20; count += 1) log.error(`trouble ${count}`)
  const kept = log.troubles()
  assert.deepEqual([kept.length, kept[0]?.sentence, kept.at(-1)?.sentence], [20, 'trouble 1', 'trouble 20'])
  assert.equal(written.length, 22)
})
