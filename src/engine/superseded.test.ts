import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { Fault } from '../lib/fault.ts'

const isSuperseded = (error: unknown) => error instanceof Fault && error.code === 'server.superseded'

test('a server that another one has taken over from decides nothing any more, and asks to be ended', async () => {
  const asked: unknown[] = []
  await using it = await startEngine(projectSpec(), {}, (error) => asked.push(error))
  await it.push('first')
  // What the start of another server does; the lock on the directory should have kept it out.
  it.store.meta.rise('epoch', it.store.meta.read('epoch') + 1)
  const lock = () =>
    it.engine.actions.lock({ project: 'shop', environment: 'staging' }, { reason: 'x', forMs: null }, { by: 'ada' })
  assert.throws(lock, isSuperseded)
  assert.ok(isSuperseded(asked[0]))
  assert.throws(() => it.store.locks.get('shop', 'staging'), isSuperseded)
})
