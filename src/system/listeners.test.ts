import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import test from 'node:test'
import { holdsSocket, listenersOn } from './listeners.ts'

for (const [host, address] of [
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::1', '0000:0000:0000:0000:0000:0000:0000:0001'],
]) {
  test(`who listens on ${host} is found, with the process that does`, async (t) => {
    const server = createServer().listen(0, host)
    t.after(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const [found, ...others] = await listenersOn(port)
    assert.equal(found?.address, address)
    assert.equal(found?.isEverywhere, host === '0.0.0.0')
    assert.deepEqual(others, [])
    assert.equal(await holdsSocket([process.pid], found?.inode ?? ''), true)
    assert.equal(await holdsSocket([process.ppid], found?.inode ?? ''), false)
    assert.equal(await holdsSocket([], found?.inode ?? ''), false)
  })
}

test('where nobody listens nobody is found', async () => {
  assert.deepEqual(await listenersOn(1), [])
})
