import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { apiClient } from '../api/client.ts'
import { Fault } from '../lib/fault.ts'
import { systemClock } from '../system/clock.ts'
import { httpServer } from './server.ts'

test('a server that has only begun to start says so, and whoever asks may come again', async () => {
  await using server = await starting()
  const { signal } = new AbortController()
  const client = apiClient({ url: server.url, token: 'x', clock: systemClock, signal, limitMs: 5_000 })
  const asked = await client.call('health').catch((error: unknown) => error)
  assert.ok(asked instanceof Fault)
  assert.deepEqual([asked.code, asked.temporary], ['server.starting', true])
  assert.equal((await fetch(server.url)).headers.get('retry-after'), '1')
})

/** A server that has only begun to start. */
async function starting() {
  const server = await httpServer({ listen, clock: systemClock, stopping: new AbortController() })
  return { url: server.url, [Symbol.asyncDispose]: () => server.stop(100) }
}

const listen = { host: '127.0.0.1', port: 0 }

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

test('a browser that asks while the server starts gets a page that needs nothing else and loads itself again', async () => {
  await using server = await starting()
  const answer = await fetch(`${server.url}/projects/shop`, { headers: browser })
  const page = await answer.text()
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [503, 'text/html; charset=utf-8'])
  assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none';/)
  assert.match(page, /<meta http-equiv="refresh" content="5">[\s\S]*<h1>The server is starting<\/h1>/)
  assert.doesNotMatch(page, /<(script|style|link|img)|style=/)
  const asked = await fetch(`${server.url}/api/v1/health`, { headers: browser })
  assert.equal(((await asked.json()) as { code: string }).code, 'server.starting')
})

test('what a form sends to a server that starts is not sent again by the page', async () => {
  await using server = await starting()
  const page = await (await fetch(`${server.url}/act`, { method: 'POST', headers: browser })).text()
  assert.match(page, /<h1>The server is starting<\/h1>\s+<p>Try again in a moment\.<\/p>/)
  assert.doesNotMatch(page, /http-equiv/)
})

test('a browser whose request comes in while the server stops gets that page too', async () => {
  await using api = await apiServer()
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  const answer = text(socket)
  await new Promise<void>((resolve) => {
    socket.write(`GET / HTTP/1.1\r\nhost: signalbox.test\r\nconnection: close\r\naccept: ${browser.accept}\r\n`, () =>
      resolve(),
    )
  })
  // Answered on another connection: by then the server has read what came first on this one.
  await (await api.send('GET', '/healthz')).text()
  const stopped = api.stop(5_000)
  socket.write('\r\n')
  const page = await answer
  await stopped
  assert.match(page, /^HTTP\/1\.1 503 [\s\S]*content-security-policy: default-src 'none'/i)
  assert.match(page, /<meta http-equiv="refresh" content="5">[\s\S]*<h1>The server is stopping<\/h1>/)
})
