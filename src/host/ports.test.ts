import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import test from 'node:test'
import { Fault } from '../lib/fault.ts'
import { Ports } from './ports.ts'

const range = { first: 29_401, last: 29_404 }

test('a port that somebody else listens on is passed over, whatever his address', async (t) => {
  for (const [index, host] of ['127.0.0.1', '0.0.0.0', '::1'].entries()) {
    const server = createServer().listen(range.first + index, host)
    t.after(() => server.close())
    await once(server, 'listening')
  }
  const ports = new Ports(range)
  assert.equal(await ports.take(), range.last)
  await assert.rejects(ports.take(), (error) => error instanceof Fault && error.code === 'target.refused')
  assert.equal(await ports.retake(range.first), false)
})

test('every port is handed out once, and a released one comes last', async () => {
  const ports = new Ports(range)
  const all = await Promise.all([1, 2, 3].map(() => ports.take()))
  assert.equal(new Set(all).size, 3)
  ports.release(all[0] ?? 0)
  assert.ok(!all.includes(await ports.take()))
  assert.equal(await ports.take(), all[0])
})
