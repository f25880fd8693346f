import assert from 'node:assert/strict'
import test from 'node:test'
import { apiClient } from '../api/client.ts'
import { Fault } from '../lib/fault.ts'
import { systemClock } from '../system/clock.ts'
import { httpServer } from './server.ts'

test('a server that has only begun to start says so, and whoever asks may come again', async () => {
  const stopping = new AbortController()
  const server = await httpServer({ listen: { host: '127.0.0.1', port: 0 }, clock: systemClock, stopping })
  const { signal } = new AbortController()
  const client = apiClient({ url: server.url, token: 'x', clock: systemClock, signal, limitMs: 5_000 })
  const asked = await client.call('health').catch((error: unknown) => error)
  assert.ok(asked instanceof Fault)
  assert.deepEqual([asked.code, asked.temporary], ['server.starting', true])
  assert.equal((await fetch(server.url)).headers.get('retry-after'), '1')
  await server.stop(100)
})
