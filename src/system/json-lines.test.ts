import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { connectJsonLines, type JsonPeer, listenJsonLines } from './json-lines.ts'

const never = new AbortController().signal

test('values go both ways, whatever their size and characters, on a socket only we may open', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'socket')
  const server = await listenJsonLines(path, (peer) => (message) => void peer.send({ echo: message }))
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const heard: unknown[] = []
  const peer = await connectJsonLines(path, (message) => heard.push(message), never)
  const values = ['größe\n', 'x'.repeat(3_000_000), { deep: [null, 1] }]
  for (const value of values) await peer.send(value)
  await waitFor('all echoes', () => heard.length === 3)
  assert.deepEqual(
    heard,
    values.map((echo) => ({ echo })),
  )
  await server.close()
  await peer.closed
  assert.ok(peer.isClosed)
  await peer.send('into the void')
})

test('a peer that does not speak our language is let go, and others are not disturbed', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'socket')
  const peers: JsonPeer[] = []
  const server = await listenJsonLines(path, (peer) => {
    peers.push(peer)
    return () => {}
  })
  const good = await connectJsonLines(path, () => {}, never)
  const bad = connect(path).on('error', () => {})
  bad.write('GET / HTTP/1.1\r\n\r\n')
  await waitFor('it is let go', () => peers.some((peer) => peer.isClosed))
  assert.ok(!good.isClosed)
  await server.close()
})

test('nobody there, and nobody waiting, end the attempt', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'socket')
  await assert.rejects(
    connectJsonLines(path, () => {}, never),
    { code: 'ENOENT' },
  )
  const reason = new Error('enough')
  await assert.rejects(
    connectJsonLines(path, () => {}, AbortSignal.abort(reason)),
    (error) => error === reason,
  )
})
