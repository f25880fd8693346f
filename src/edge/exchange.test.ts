import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import test from 'node:test'
import { ask, backend, type Edge, edge, gate, never, rawConnect, rawExchange, route } from '../../test/helpers/edge.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { TrackTraffic } from './protocol.ts'

const head = 'Host: shop.example\r\n'
const track = 'shop/web/production'

async function traffic(worker: Edge): Promise<TrackTraffic> {
  return await worker.client.call('traffic', { track }, never)
}

/** Waits until a number has not changed for a while. */
async function standstill(read: () => number): Promise<void> {
  let before = -1
  let since = performance.now()
  await waitFor('a standstill', () => {
    if (before !== read()) since = performance.now()
    before = read()
    return performance.now() - since > 200
  })
}

/** A TCP server that answers each connection's bytes as the test says. */
async function rawBackend(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    connections++
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...{ name: 'raw', port, requests: [], sockets, connections: () => connections },
    instance: { name: 'raw', address: '127.0.0.1', port, digest: 'sha-raw', version: 'v-raw' },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('a visitor keeps its connection, and its connection to the instance, from request to request', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  for (let count = 1; count <= 3; count++) {
    visitor.socket.write(`GET /${count} HTTP/1.1\r\n${head}\r\n`)
    await waitFor('answer', () => visitor.text().split('app').length === count * 2 + 1)
  }
  assert.equal(app.sockets.size, 1)
  assert.equal(new Set(app.requests.map((one) => one.socket.remotePort)).size, 1)
})

test('two visitors never share a connection to an instance', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using one = await rawConnect(worker.port)
  using two = await rawConnect(worker.port)
  for (const visitor of [one, two, one, two]) {
    const before = visitor.text().length
    visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
    await waitFor('answer', () => visitor.text().length > before)
  }
  const ports = app.requests.map((request) => request.socket.remotePort)
  assert.deepEqual([ports[2], ports[3]], [ports[0], ports[1]])
  assert.notEqual(ports[0], ports[1])
})

test('requests sent ahead are answered in their order, one at a time', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  const ahead = Array.from({ length: 20 }, (_, n) => `POST /${n} HTTP/1.1\r\n${head}Content-Length: 3\r\n\r\nabc`)
  visitor.socket.write(ahead.join(''))
  for (let n = 0; n < 20; n++) {
    await waitFor('request', () => open.open.length === n + 1)
    open.open[n]!.end(`<${n}>`)
  }
  await waitFor('all answers', () => visitor.text().includes('<19>'))
  const order = [...visitor.text().matchAll(/<(\d+)>/g)].map((found) => Number(found[1]))
  assert.deepEqual(
    order,
    Array.from({ length: 20 }, (_, n) => n),
  )
})

test('thousands of requests ahead that the edge answers itself neither recurse nor pile up', async () => {
  await using worker = await edge()
  using visitor = await rawConnect(worker.port)
  visitor.socket.write('GET / HTTP/1.1\r\nHost:\r\n\r\n'.repeat(20_000))
  await waitFor('all answers', () => visitor.text().split('404 Not Found').length === 20_001)
})

test('HEAD, 204 and 304 have no body, and the connection goes on', async () => {
  await using app = await backend({
    name: 'app',
    handle: (request, response) => {
      if (request.url === '/204') response.writeHead(204).end()
      else if (request.url === '/304') response.writeHead(304, { 'content-length': '99' }).end()
      else response.writeHead(200, { 'content-length': '5' }).end(request.method === 'HEAD' ? undefined : 'hello')
    },
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const requests = ['HEAD /', 'GET /204', 'GET /304', 'HEAD /chunked', 'GET /last']
  const sent = requests.map((line, n) => `${line} HTTP/1.1\r\n${head}${n === 4 ? 'Connection: close\r\n' : ''}\r\n`)
  const answer = await rawExchange(worker.port, sent.join(''))
  assert.deepEqual(
    [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map((found) => found[1]),
    ['200', '204', '304', '200', '200'],
  )
  assert.equal(answer.split('hello').length, 2)
})

test('a visitor of HTTP/1.0 gets no chunks, and keeps its connection only when it asks and the length is known', async () => {
  await using app = await backend({
    name: 'app',
    handle: (request, response) => {
      if (request.url === '/chunks') response.write('one ')
      response.end('two')
    },
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const chunks = await rawExchange(worker.port, `GET /chunks HTTP/1.0\r\n${head}Connection: keep-alive\r\n\r\n`)
  assert.match(chunks, /\r\nConnection: close\r\n\r\none two$/)
  assert.doesNotMatch(chunks, /transfer-encoding/i)
  const kept = await rawExchange(
    worker.port,
    `GET / HTTP/1.0\r\n${head}Connection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n${head}\r\n`,
  )
  assert.match(kept, /Connection: keep-alive\r\n\r\ntwoHTTP\/1\.1 200 OK[\s\S]*Connection: close\r\n\r\ntwo$/)
})

test('an answer that ends with the connection is passed on so', async () => {
  await using app = await rawBackend((socket) =>
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it')),
  )
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  assert.match(await rawExchange(worker.port, `GET / HTTP/1.1\r\n${head}\r\n`), /Connection: close\r\n\r\nall of it$/)
  assert.equal((await traffic(worker)).requests.served, 1)
})

test('100 Continue reaches the visitor before its body reaches the instance', async () => {
  await using app = await backend({
    name: 'app',
    handle: (request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => response.end(body))
    },
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`POST / HTTP/1.1\r\n${head}Content-Length: 4\r\nExpect: 100-continue\r\n\r\n`)
  await waitFor('100', () => visitor.text() === 'HTTP/1.1 100 Continue\r\n\r\n')
  visitor.socket.write('body')
  await waitFor('answer', () => visitor.text().endsWith('body'))
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('the connection goes on', () => visitor.text().split('200 OK').length === 3)
})

test('a final answer in place of 100 Continue closes the connection, as the body may come or not', async () => {
  await using app = await rawBackend((socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'))
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const answer = await rawExchange(
    worker.port,
    `POST / HTTP/1.1\r\n${head}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n`,
  )
  assert.match(answer, /^HTTP\/1\.1 413 [\s\S]*Connection: close\r\n/)
})

test('an answer before the end of the body leaves the connection in order for the next request', async () => {
  await using app = await backend({ name: 'app', handle: (_request, response) => response.end('early') })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`POST / HTTP/1.1\r\n${head}Content-Length: 30\r\n\r\nfirst part`)
  await waitFor('early answer', () => visitor.text().endsWith('early'))
  visitor.socket.write(`GET /fake HTTP/1.1\r\nGET /next HTTP/1.1\r\n${head}Connection: close\r\n\r\n`)
  await visitor.closed
  assert.deepEqual(
    app.requests.map((one) => one.url),
    ['/', '/next'],
  )
})

test('chunks go up and down, and an instance sees only the payload', async () => {
  await using app = await backend({ name: 'app', handle: (request, response) => void request.pipe(response) })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`POST / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`)
  for (const part of ['5;ext=1\r\nhel', 'lo\r', '\n6;x\r\n world\r\n0\r\nX-For', 'warded-For: 6.6.6.6\r\n\r\n']) {
    await new Promise((resolve) => visitor.socket.write(part, resolve))
  }
  const answer = await visitor.closed
  assert.match(answer, /\r\n0\r\n\r\n$/)
  assert.equal(payloadOf(answer), 'hello world')
  assert.deepEqual(app.requests[0]!.trailers, {})
})

function payloadOf(answer: string): string {
  let rest = answer.slice(answer.indexOf('\r\n\r\n') + 4)
  let payload = ''
  for (;;) {
    const [size = ''] = rest.split('\r\n', 1)
    const length = Number.parseInt(size, 16)
    if (length === 0) return payload
    payload += rest.slice(size.length + 2, size.length + 2 + length)
    rest = rest.slice(size.length + 2 + length + 2)
  }
}

test('an event stream is passed on event by event', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET /events HTTP/1.1\r\n${head}\r\n`)
  await waitFor('request', () => open.open.length === 1)
  open.open[0]!.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of ['one', 'two', 'three']) {
    open.open[0]!.write(`data: ${event}\n\n`)
    await waitFor(event, () => visitor.text().includes(`data: ${event}\n\n`))
  }
  assert.deepEqual((await traffic(worker)).inFlight, [{ instance: 'app', inFlight: 1, upgraded: 0 }])
})

test('a large upload waits for an instance that does not read, and arrives whole when it does', async () => {
  const size = 64 * 1024 * 1024
  let taken = 0
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`PUT / HTTP/1.1\r\n${head}Content-Length: ${size}\r\n\r\n`)
  const before = process.memoryUsage().arrayBuffers
  const piece = Buffer.alloc(64 * 1024, 'x')
  let sent = 0
  const push = () => {
    while (sent < size && visitor.socket.write(piece)) sent += piece.length
    if (sent < size) sent += piece.length
  }
  visitor.socket.on('drain', push)
  push()
  await waitFor('request', () => open.open.length === 1)
  await standstill(() => sent)
  assert.ok(sent < size / 2, `the visitor was held back after ${sent} bytes`)
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 * 1024 * 1024, 'the edge holds little of it')
  open.open[0]!.req.on('data', (part: Buffer) => {
    taken += part.length
  })
  open.open[0]!.req.on('end', () => open.open[0]!.end('thanks'))
  await waitFor('the answer', () => visitor.text().endsWith('thanks'))
  assert.equal(taken, size)
})

test('a large answer waits for a visitor that does not read, and arrives whole when it does', async () => {
  const size = 64 * 1024 * 1024
  let sent = 0
  await using app = await backend({
    name: 'app',
    handle: (_request, response) => {
      response.writeHead(200, { 'content-length': size })
      const piece = Buffer.alloc(64 * 1024, 'x')
      const push = () => {
        let goesOn = true
        while (sent < size && goesOn) {
          goesOn = response.write(piece)
          sent += piece.length
        }
        if (sent >= size) response.end()
      }
      response.on('drain', push)
      push()
    },
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const agent = new Agent()
  const asked = httpRequest({ port: worker.port, host: '127.0.0.1', agent, headers: { host: 'shop.example' } }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await standstill(() => sent)
  assert.ok(sent < size / 2, `the instance was held back after ${sent} bytes`)
  let taken = 0
  answer.on('data', (part: Buffer) => {
    taken += part.length
  })
  await once(answer, 'end')
  assert.equal(taken, size)
  agent.destroy()
})

test('an upgraded connection is a tunnel: bytes both ways, those sent ahead too, and it counts as in flight', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET /ws HTTP/1.1\r\n${head}Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\nahead`)
  await waitFor('echo', () => visitor.text().endsWith('\r\n\r\nahead'))
  assert.match(
    visitor.text(),
    /^HTTP\/1\.1 101 Switching Protocols\r\nX-Kept: yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n/,
  )
  visitor.socket.write('GET /not-http HTTP/1.1\r\n\r\n')
  await waitFor('echo', () => visitor.text().endsWith('GET /not-http HTTP/1.1\r\n\r\n'))
  assert.deepEqual((await traffic(worker)).inFlight, [{ instance: 'app', inFlight: 1, upgraded: 1 }])
  visitor.socket.end()
  await visitor.closed
  await waitFor('the end', async () => (await traffic(worker)).inFlight[0]!.inFlight === 0)
  assert.equal((await traffic(worker)).requests.served, 1)
})

test('a large transfer through a tunnel waits for the reader', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET /ws HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  await waitFor('101', () => visitor.text().endsWith('\r\n\r\n'))
  const before = visitor.text().length
  const size = 16 * 1024 * 1024
  visitor.socket.write(Buffer.alloc(size, 'x'))
  await waitFor('all of it', () => visitor.socket.bytesRead === before + size)
})

test('an upgrade to anything but a WebSocket is an ordinary request', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const answer = await rawExchange(
    worker.port,
    `GET / HTTP/1.1\r\n${head}Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\n`,
  )
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.equal(app.requests[0]!.headers.upgrade, undefined)
})

test('an upgrade that nobody asked for is no answer', async () => {
  await using app = await rawBackend((socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nsecret'))
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const answer = await rawExchange(worker.port, `GET / HTTP/1.1\r\n${head}Connection: close\r\n\r\n`)
  assert.match(answer, /^HTTP\/1\.1 502 /)
  assert.doesNotMatch(answer, /secret/)
})

test('what an instance says beyond its answer never becomes the next answer', async () => {
  await using app = await rawBackend((socket) => {
    socket.on('data', () =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'),
    )
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const one = `GET / HTTP/1.1\r\n${head}`
  const answer = await rawExchange(worker.port, `${one}\r\n${one}Connection: close\r\n\r\n`)
  assert.doesNotMatch(answer, /evil/)
  assert.equal(answer.split('200 OK').length, 3)
  assert.equal(app.connections(), 2, 'the second request had a connection of its own')
})

test('a visitor that leaves before its answer is counted as gone, and its request is taken from the instance', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('request', () => open.open.length === 1)
  const isClosed = once(open.open[0]!, 'close')
  visitor.socket.destroy()
  await isClosed
  const { requests, lost, inFlight } = await traffic(worker)
  assert.equal(requests.clientGone, 1)
  assert.equal(requests.refused + requests.cut + requests.served, 0)
  assert.deepEqual([lost, inFlight[0]!.inFlight], [[], 0])
})

test('a visitor that has sent requests ahead is seen to leave too', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('request', () => open.open.length === 1)
  for (let count = 0; count < 3; count++) {
    visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`.repeat(20))
    await traffic(worker) // by when the edge has seen it
  }
  visitor.socket.destroy()
  await waitFor('it to be counted', async () => (await traffic(worker)).requests.clientGone === 1, 2_000)
  assert.equal(open.open.length, 1)
})

test('a visitor that leaves in the middle of its upload or its answer is counted as gone', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  using uploader = await rawConnect(worker.port)
  uploader.socket.write(`POST / HTTP/1.1\r\n${head}Content-Length: 100\r\n\r\nsome`)
  await waitFor('request', () => open.open.length === 1)
  uploader.socket.destroy()
  using reader = await rawConnect(worker.port)
  reader.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('request', () => open.open.length === 2)
  open.open[1]!.write('some')
  await waitFor('some', () => reader.text().includes('some'))
  reader.socket.resetAndDestroy()
  await waitFor('both gone', async () => (await traffic(worker)).requests.clientGone === 2)
  assert.equal((await traffic(worker)).requests.refused, 0)
})

test('an instance that ends in the middle of its answer is a lost request, and the visitor can see it', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const answer = rawExchange(worker.port, `GET /half?secret=1 HTTP/1.1\r\n${head}\r\n`)
  await waitFor('request', () => open.open.length === 1)
  open.open[0]!.write('half of it')
  await waitFor('the head to pass', async () => (await traffic(worker)).inFlight[0]!.inFlight === 1)
  open.open[0]!.socket!.resetAndDestroy()
  assert.doesNotMatch(await answer, /\r\n0\r\n\r\n$/, 'the last chunk never came')
  const { requests, lost, byRelease } = await traffic(worker)
  assert.equal(requests.refused, 1)
  assert.deepEqual(
    lost.map(({ method, path, instance }) => ({ method, path, instance })),
    [{ method: 'GET', path: '/half', instance: 'app' }],
  )
  assert.match(lost[0]!.why, /^lost in the middle of the answer/)
  assert.equal(byRelease['sha-app']!.refused, 1)
})

test('an answer that would end with the connection is reset when it is lost, so that it does not look whole', async () => {
  let instance: Socket | null = null
  await using app = await rawBackend((socket) => {
    instance = socket
    socket.once('data', () => socket.write('HTTP/1.0 200 OK\r\n\r\nhalf of it'))
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const asked = httpRequest({ port: worker.port, host: '127.0.0.1', headers: { host: 'shop.example' } }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await once(answer, 'data')
  const broken = once(asked, 'error')
  instance!.resetAndDestroy()
  const [error] = (await broken) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNRESET')
  assert.equal((await traffic(worker)).requests.refused, 1)
})

/** Takes requests and closes without a byte of an answer. */
function breaking() {
  return rawBackend((socket) => socket.on('data', () => socket.destroy()))
}

test('a request that changes nothing and got no byte of an answer is put before another instance', async () => {
  await using broken = await breaking()
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([broken, app]), never)
  for (let count = 0; count < 6; count++) {
    assert.equal((await ask(worker.port, { agent: false })).status, 200)
  }
  const { requests } = await traffic(worker)
  assert.equal(requests.served, 6)
  assert.equal(requests.refused, 0)
  assert.ok(requests.retried >= 2, `${requests.retried} retried`)
})

for (const [name, options] of [
  ['POST', { method: 'POST', body: 'x' }],
  ['PUT', { method: 'PUT', body: 'x' }],
  ['DELETE', { method: 'DELETE' }],
  ['GET with a body', { method: 'GET', body: 'x', headers: { 'content-length': '1' } }],
] as const) {
  test(`${name} is never sent twice once it was sent`, async () => {
    await using broken = await breaking()
    const twin = { ...broken, name: 'twin', instance: { ...broken.instance, name: 'twin' } }
    await using worker = await edge()
    await worker.client.call('route', route([broken, twin]), never)
    assert.equal((await ask(worker.port, { agent: false, ...options })).status, 502)
    assert.equal(broken.connections(), 1)
    const { requests, lost } = await traffic(worker)
    assert.deepEqual([requests.refused, requests.retried, lost.length], [1, 0, 1])
  })
}

test('a request that ends an instance is not put before all of them', async () => {
  let killed = 0
  await using one = await rawBackend((socket) => {
    socket.on('data', () => {
      killed++
      socket.destroy()
    })
  })
  const more = ['two', 'three'].map((name) => ({ ...one, name, instance: { ...one.instance, name } }))
  await using worker = await edge()
  await worker.client.call('route', route([one, ...more]), never)
  assert.equal((await ask(worker.port, { agent: false })).status, 502)
  assert.equal(killed, 2)
})

test('any request goes to another instance when one takes no connection, and the down one is left alone for a while', async () => {
  const down = await backend({ name: 'down' })
  await down[Symbol.asyncDispose]()
  await using app = await backend({ name: 'app' })
  await using worker = await edge({ limits: { downMs: 60_000 } })
  await worker.client.call('route', route([down, app]), never)
  for (let count = 0; count < 10; count++) {
    const answer = await ask(worker.port, { agent: false, method: 'POST', body: `body ${count}` })
    assert.equal(answer.body, 'app')
  }
  const { requests } = await traffic(worker)
  assert.equal(requests.served, 10)
  assert.equal(requests.retried, 1, 'one found out, the others knew')
})

test('when no instance takes a connection the edge says so, and finds the first that is back', async () => {
  const gone = await backend({ name: 'app' })
  await gone[Symbol.asyncDispose]()
  await using worker = await edge({ limits: { downMs: 60_000 } })
  await worker.client.call('route', route([gone]), never)
  const answer = await ask(worker.port)
  assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '1'])
  assert.match((await traffic(worker)).lost[0]!.why, /ECONNREFUSED/)
  await using back = await backend({ name: 'app', port: gone.port })
  assert.equal((await ask(worker.port)).body, back.name)
})

test('10 000 POSTs reach an app that closes its idle connections at random', async () => {
  await using app = await backend({
    name: 'app',
    handle: (request, response) => {
      request.resume().on('end', () => response.end('ok'))
      response.on('finish', () => {
        const { socket } = request
        setTimeout(() => socket.destroy(), Math.random() * 3)
      })
    },
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  let failed = 0
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let count = 0; count < 500; count++) {
        const { status } = await ask(worker.port, { agent, method: 'POST', body: 'x' })
        if (status !== 200) failed++
      }
    }),
  )
  agent.destroy()
  assert.equal(failed, 0)
  const { requests } = await traffic(worker)
  assert.deepEqual([requests.served, requests.refused], [10_000, 0])
})

test('GETs reach an app that closes its idle connections at random, with no other instance to turn to', async () => {
  await using app = await backend({
    name: 'app',
    handle: (request, response) => {
      response.end('ok')
      response.on('finish', () => {
        const { socket } = request
        setTimeout(() => socket.destroy(), Math.random() * 2)
      })
    },
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const agent = new Agent({ keepAlive: true, maxSockets: 10 })
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const found = new Set<number>()
      for (let count = 0; count < 200; count++) found.add((await ask(worker.port, { agent })).status)
      return [...found]
    }),
  )
  agent.destroy()
  assert.deepEqual(new Set(statuses.flat()), new Set([200]))
})

test('an answer of 500 or above is the instance’s own, and counted apart', async () => {
  await using app = await backend({ name: 'app', handle: (_request, response) => response.writeHead(503).end('mine') })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  assert.equal((await ask(worker.port)).body, 'mine')
  const { requests, byRelease } = await traffic(worker)
  assert.deepEqual([requests.serverErrors, requests.served, requests.refused], [1, 0, 0])
  assert.equal(byRelease['sha-app']!.serverErrors, 1)
  assert.equal(
    requests.latency.reduce((sum, count) => sum + count, 0),
    1,
  )
})
