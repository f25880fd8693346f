import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import test from 'node:test'
import { httpGet } from './http-get.ts'

const never = new AbortController().signal

/** Answers with these bytes and keeps what was asked. */
async function saying(answer: string, t: { after(end: () => void): void }) {
  let asked = ''
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      asked += bytes
      if (answer !== '') socket.end(answer)
    })
  }).listen(0, '127.0.0.1')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const wish = { address: '127.0.0.1', port, path: '/up?x=1', headers: { host: 'shop.example' } }
  return { wish, asked: () => asked }
}

test('the name visitors use is sent, and the start of the answer kept', async (t) => {
  const body = 'y'.repeat(1000)
  const { wish, asked } = await saying(`HTTP/1.1 503 No\r\nX-Why: tired\r\nContent-Length: 1000\r\n\r\n${body}`, t)
  const answer = await httpGet(wish, never)
  assert.deepEqual([answer.status, answer.headers['x-why'], answer.start], [503, 'tired', 'y'.repeat(200)])
  assert.match(asked(), /^GET \/up\?x=1 HTTP\/1\.1\r\nhost: shop\.example\r\n/)
})

test('an answer that is cut off is an error', async (t) => {
  const { wish } = await saying('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf', t)
  await assert.rejects(httpGet(wish, never), { code: 'ECONNRESET' })
})

test('a server that says nothing is left when the signal is aborted', async (t) => {
  const { wish } = await saying('', t)
  const reason = new Error('enough')
  const controller = new AbortController()
  const asking = httpGet(wish, controller.signal)
  controller.abort(reason)
  await assert.rejects(asking, (error) => error === reason)
})
