import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { freePort } from '../../test/helpers/free-port.ts'
import { systemClock } from '../system/clock.ts'
import { apiClient, type Client } from './client.ts'
import { encodeEvent } from './sse.ts'

interface Pretender extends AsyncDisposable {
  readonly client: Client
  readonly url: string
  readonly stop: AbortController
}

/** Something that answers like a server, or does not. */
async function pretender(answer: RequestListener, limitMs = 2_000): Promise<Pretender> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = new AbortController()
  return {
    client: apiClient({ url, token: 'secret', clock: systemClock, signal: stop.signal, limitMs }),
    url,
    stop,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const fact = (seq: number) => ({
  seq,
  at: 1,
  kind: 'a.b',
  project: null,
  subject: 's',
  by: 'x',
  data: {},
  previous: '',
  hash: '',
})
const sent = (seq: number) => encodeEvent({ id: String(seq), name: 'message', data: JSON.stringify(fact(seq)) })
const last = (name: string, data: unknown) => encodeEvent({ id: null, name, data: JSON.stringify(data) })

test('a question is put together from its parts, and what is said in them stays data', async () => {
  const seen: unknown[] = []
  await using it = await pretender((request, response) => {
    seen.push([request.method, request.url, request.headers.authorization])
    response.end('[]')
  })
  const params = { project: 'a/b?c#d', environment: '../x' }
  await it.client.call('plan', { params, query: { app: 'x&y=z' } })
  await it.client.call('projects.list')
  assert.deepEqual(seen, [
    ['GET', '/api/v1/projects/a%2Fb%3Fc%23d/environments/..%2Fx/plan?app=x%26y%3Dz', 'Bearer secret'],
    ['GET', '/api/v1/projects', 'Bearer secret'],
  ])
})

test('an error of the server is the same Fault here', async () => {
  await using it = await pretender((request, response) => {
    const code = request.url?.endsWith('/runs/new') ? 'quantum.entangled' : 'run.unknown'
    response.statusCode = 404
    response.end(JSON.stringify({ code, message: 'm', hint: 'h', details: { run: 'r1' }, requestId: 'req-1' }))
  })
  const known = { name: 'Fault', code: 'run.unknown', message: 'There is no run r1' }
  await assert.rejects(it.client.call('runs.show', { params: { run: 'r1' } }), known)
  const unknown = { name: 'Fault', code: 'server.said', message: 'm', hint: 'h' }
  await assert.rejects(it.client.call('runs.show', { params: { run: 'new' } }), unknown)
})

test('what is not Signalbox, or not ours to understand, is told apart', async () => {
  await using it = await pretender((request, response) => {
    if (request.url === '/api/v1/health') response.end('<html>hello</html>')
    else if (request.url === '/api/v1/version') response.end('{"name": "other"}')
    else if (request.url === '/api/v1/me') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    else response.writeHead(502).end('bad gateway')
  })
  await assert.rejects(it.client.call('health'), { code: 'server.not_ours' })
  await assert.rejects(it.client.call('version'), { code: 'server.other_version' })
  await assert.rejects(it.client.call('accounts.me'), { code: 'server.unreachable' })
  await assert.rejects(it.client.call('projects.list'), { code: 'server.not_ours', message: /502/ })
})

test('a server that is not there, is silent, or stops in the middle does not hold anybody', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const nobody = apiClient({ url, token: null, clock: systemClock, signal: new AbortController().signal })
  await assert.rejects(nobody.call('health'), { code: 'server.unreachable', message: /ECONNREFUSED/ })
  await using it = await pretender((request, response) => {
    if (request.url === '/api/v1/version') response.write('{')
  }, 100)
  await assert.rejects(it.client.call('health'), { code: 'server.no_answer' })
  await assert.rejects(it.client.call('version'), { code: 'server.no_answer' })
  it.stop.abort(new Error('enough'))
  await assert.rejects(it.client.call('health'), /enough/)
})

test('a stream that breaks is taken up where it broke', async () => {
  const asked: (string | undefined)[] = []
  await using it = await pretender((request, response) => {
    asked.push(request.headers['last-event-id'] as string | undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (asked.length === 1) response.write(`${sent(1)}: \n\n${sent(2)}id: 3\nda`, () => response.destroy())
    else if (asked.length === 2) response.destroy()
    else response.end(sent(3) + last('end', {}))
  })
  const seen = await Array.fromAsync(it.client.follow('facts.follow', { query: { after: 0 } }))
  assert.deepEqual(
    seen.map(({ seq }) => seq),
    [1, 2, 3],
  )
  assert.deepEqual(asked, [undefined, '2', '2'])
})

test('a stream ends with what the server says went wrong, and one without ids is not begun again', async () => {
  let count = 0
  await using it = await pretender((request, response) => {
    count += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (!request.url?.includes('/logs'))
      response.end(
        sent(1) + last('error', { code: 'token.invalid', message: '', hint: '', details: {}, requestId: '' }),
      )
    else response.write(last('message', { instance: 'd1-web-1', stream: 'out', text: 'x' }), () => response.destroy())
  })
  const facts = it.client.follow('facts.follow', {})
  assert.equal((await facts.next()).value?.seq, 1)
  await assert.rejects(facts.next(), { code: 'token.invalid' })
  const lines = it.client.follow('instances.logs', { params: { project: 'a', environment: 'b' } })
  await lines.next()
  await assert.rejects(lines.next(), { code: 'server.unreachable' })
  assert.equal(count, 2)
})

test('a silent stream is a dead one; one that is left is closed', async () => {
  const closed = Promise.withResolvers<void>()
  await using it = await pretender((_, response) => {
    response.on('close', closed.resolve)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(sent(1))
  }, 5_000)
  for await (const { seq } of it.client.follow('facts.follow', {})) {
    assert.equal(seq, 1)
    break
  }
  await closed.promise
  await using silent = await pretender((_, response) => void response.writeHead(200).write(': \n\n'), 50)
  await assert.rejects(silent.client.follow('facts.follow', {}).next(), { code: 'server.no_answer' })
})
