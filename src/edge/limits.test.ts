import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'node:test'
import { ask, backend, type Edge, edge, gate, never, rawConnect, rawExchange, route } from '../../test/helpers/edge.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

const head = 'Host: shop.example\r\n'

async function requests(worker: Edge) {
  return (await worker.client.call('traffic', { track: 'shop/web/production' }, never)).requests
}

test('a head that does not come to its end in time is refused, an idle connection closed without a word', async () => {
  await using worker = await edge({ limits: { headMs: 100, idleMs: 100 } })
  const [slow, idle] = await Promise.all([rawExchange(worker.port, 'GET / HTT'), rawExchange(worker.port, '')])
  assert.match(slow, /^HTTP\/1\.1 408 /)
  assert.equal(idle, '')
})

test('a body that stops coming ends its request, and is not our loss', async () => {
  await using app = await backend({ name: 'app', handle: gate().handle })
  await using worker = await edge({ limits: { bodyIdleMs: 100 } })
  await worker.client.call('route', route([app]), never)
  const answer = await rawExchange(worker.port, `POST / HTTP/1.1\r\n${head}Content-Length: 10\r\n\r\nabc`)
  assert.match(answer, /^HTTP\/1\.1 408 /)
  const { clientGone, refused } = await requests(worker)
  assert.deepEqual([clientGone, refused], [1, 0])
  await waitFor('the instance to be told', () => app.requests[0]!.destroyed)
})

test('an instance that gives no answer in time is a lost request', async () => {
  await using app = await backend({ name: 'app', handle: gate().handle })
  await using worker = await edge({ limits: { answerMs: 100 } })
  await worker.client.call('route', route([app]), never)
  assert.equal((await ask(worker.port, { agent: false })).status, 504)
  assert.equal((await requests(worker)).refused, 1)
})

test('an instance that stops in the middle of its answer is a lost request', async () => {
  await using app = await backend({ name: 'app', handle: (_request, response) => void response.write('half') })
  await using worker = await edge({ limits: { answerIdleMs: 100 } })
  await worker.client.call('route', route([app]), never)
  await assert.rejects(ask(worker.port, { agent: false }), { code: 'ECONNRESET' })
  assert.equal((await requests(worker)).refused, 1)
})

test('a visitor that does not take its answer is let go', async () => {
  await using app = await backend({
    name: 'app',
    handle: (_request, response) => response.end(Buffer.alloc(32 * 1024 * 1024)),
  })
  await using worker = await edge({ limits: { visitorStallMs: 200 } })
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.pause()
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('it to be let go', async () => (await requests(worker)).clientGone === 1)
  assert.equal((await requests(worker)).refused, 0)
})

/** A program that listens but stands still, its queue full: the next connection is neither taken nor refused. */
async function standstill() {
  const program =
    "require('net').createServer().listen(0, '127.0.0.1', 1, function () { console.log(this.address().port) })"
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  child.kill('SIGSTOP')
  const fill = [1, 2, 3, 4].map(() => connect(port, '127.0.0.1').on('error', () => undefined)) // never taken
  await waitFor('the queue to fill', () => fill.filter((socket) => !socket.connecting).length >= 2)
  const end = async () => {
    for (const socket of fill) socket.destroy()
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { port, [Symbol.asyncDispose]: end }
}

test('an instance whose connection does not come about in time is passed over', async () => {
  await using still = await standstill()
  await using app = await backend({ name: 'app' })
  await using worker = await edge({ limits: { connectMs: 100 } })
  const stuck = { ...app, name: 'stuck', instance: { ...app.instance, name: 'stuck', port: still.port } }
  await worker.client.call('route', route([stuck, app]), never)
  const answers = await Promise.all([1, 2].map(() => ask(worker.port, { agent: false, method: 'POST', body: 'x' })))
  assert.deepEqual(
    answers.map((answer) => answer.body),
    ['app', 'app'],
  )
  assert.equal((await requests(worker)).retried, 1)
})

test('a connection to an instance that nobody uses is closed by the edge first', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge({ limits: { upstreamIdleMs: 50 } })
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('answer', () => visitor.text().endsWith('app'))
  await waitFor('the close', () => app.sockets.size === 0)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('answer', () => visitor.text().split('200 OK').length === 3)
})

test('when there are too many connections the longest idle one makes room, never one that is being answered', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge({ limits: { maxConnections: 10 } })
  await worker.client.call('route', route([app]), never)
  const busy = ask(worker.port, { agent: false })
  await waitFor('request', () => open.open.length === 1)
  const idle = await Promise.all(Array.from({ length: 30 }, () => rawConnect(worker.port)))
  await waitFor('room to be made', () => idle.filter((one) => one.socket.closed).length >= 20)
  const late = ask(worker.port, { agent: false })
  await waitFor('request', () => open.open.length === 2)
  for (const response of open.open) response.end('answered')
  assert.deepEqual([(await busy).body, (await late).body], ['answered', 'answered'])
  for (const one of idle) one[Symbol.dispose]()
})

test('hundreds of slow visitors do not keep the others waiting', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge({ limits: { maxConnections: 500 } })
  await worker.client.call('route', route([app]), never)
  const slow = await Promise.all(Array.from({ length: 1_000 }, () => rawConnect(worker.port)))
  for (const one of slow) one.socket.write(`GET / HTTP/1.1\r\n${head}X-Slow: `)
  const took: number[] = []
  for (let count = 0; count < 50; count++) {
    const start = performance.now()
    assert.equal((await ask(worker.port, { agent: false })).status, 200)
    took.push(performance.now() - start)
  }
  for (const one of slow) one[Symbol.dispose]()
  assert.ok(Math.max(...took) < 1_000, `${Math.max(...took)} ms`)
})

test('a body of any length after its answer does not keep the connection for ever', async () => {
  await using worker = await edge({ limits: { swallowBytes: 100_000 } })
  await worker.client.call('route', route([]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`POST / HTTP/1.1\r\n${head}Content-Length: 99000\r\n\r\nabc`)
  await waitFor('answer', () => visitor.text().includes('503 Service Unavailable'))
  assert.doesNotMatch(visitor.text(), /Connection: close/)
  visitor.socket.write(Buffer.alloc(98_997))
  visitor.socket.write(`POST / HTTP/1.1\r\n${head}Content-Length: 9900000\r\n\r\nabc`)
  await waitFor('answer', () => visitor.text().split('503').length === 3)
  assert.match(visitor.text(), /Connection: close/)
})

test('a visitor that goes on sending after the last word is not listened to for ever', async () => {
  await using worker = await edge({ limits: { swallowBytes: 100_000, lingerMs: 60_000 } })
  const socket = connect({ port: worker.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined) // reset in the end
  socket.write(`GET / HTTP/1.1\r\n${head}Host: two\r\n\r\n`)
  await once(socket.resume(), 'end')
  const send = () => void socket.write(Buffer.alloc(10_000), (error) => error ?? send())
  send()
  await waitFor('the end', () => socket.closed, 5_000)
})
