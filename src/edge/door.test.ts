import assert from 'node:assert/strict'
import test from 'node:test'
import { ask, backend, edge, never, route } from '../../test/helpers/edge.ts'
import { hashPassword } from '../system/passwords.ts'
import { ownFields, type RouteDoor, versionPath } from './protocol.ts'

const host = 'shop.example'

function basic(name: string, password: string) {
  return { host, authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
}

async function closedDoor(...users: readonly (readonly [string, string])[]): Promise<RouteDoor> {
  const hashed = users.map(async ([name, password]) => ({ name, hash: await hashPassword(password) }))
  return { access: 'basic_auth', users: await Promise.all(hashed), maintenance: null }
}

test('X20 access: basic_auth — only a name with its password comes in, and the app never sees either', async () => {
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  const door = await closedDoor(['ada', 'open: sesame'], ['bob', 'bobs'])
  await worker.client.call('route', route([app], { door }), never)
  const get = (headers: Record<string, string>) => ask(worker.port, { headers })
  const refused = await get({ host })
  assert.equal(refused.status, 401)
  assert.equal(refused.headers['www-authenticate'], 'Basic realm="Signalbox", charset="UTF-8"')
  assert.equal(refused.headers['cache-control'], 'no-store')
  for (const wrong of [basic('ada', 'bobs'), basic('bob', ''), basic('eve', 'open: sesame'), basic('', '')]) {
    assert.equal((await get(wrong)).status, 401)
  }
  for (const value of ['Bearer abc', 'Basic', 'Basic ???', 'Basic YWRh', 'Digest username="ada"']) {
    assert.equal((await get({ host, authorization: value })).status, 401, value)
  }
  assert.equal(app.requests.length, 0)
  assert.equal((await get(basic('ada', 'open: sesame'))).body, 'd1-web-1')
  assert.equal((await get(basic('bob', 'bobs'))).body, 'd1-web-1')
  assert.deepEqual(
    app.requests.map(({ headers }) => headers.authorization),
    [undefined, undefined],
  )
})

test('X20 access: public — nobody is asked, and what an app asks for itself reaches it', async () => {
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  assert.equal((await ask(worker.port, { headers: basic('ada', 'for the app') })).body, 'd1-web-1')
  assert.match(app.requests[0]?.headers.authorization ?? '', /^Basic /)
})

test('a closed door without any password lets nobody in (trap 25)', async () => {
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { door: await closedDoor() }), never)
  assert.equal((await ask(worker.port, { headers: basic('', '') })).status, 401)
  assert.equal((await ask(worker.port, { headers: { host }, path: versionPath })).status, 401)
})

test('a password is looked at once, and a changed one no longer counts', async () => {
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { door: await closedDoor(['ada', 'one']) }), never)
  assert.equal((await ask(worker.port, { headers: basic('ada', 'one') })).status, 200)
  const before = performance.now()
  for (let turn = 0; turn < 100; turn++) await ask(worker.port, { headers: basic('ada', 'one') })
  assert.ok(performance.now() - before < 2_000, 'a hundred looks would take far longer')
  await worker.client.call('route', route([app], { door: await closedDoor(['ada', 'two']) }), never)
  assert.equal((await ask(worker.port, { headers: basic('ada', 'one') })).status, 401)
  assert.equal((await ask(worker.port, { headers: basic('ada', 'two') })).status, 200)
})

test('guessers are held up, and who is known is not held up by them', async () => {
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { door: await closedDoor(['ada', 'right']) }), never)
  assert.equal((await ask(worker.port, { headers: basic('ada', 'right') })).status, 200)
  const guesses = Array.from({ length: 70 }, (_, turn) => ask(worker.port, { headers: basic('ada', `guess ${turn}`) }))
  assert.equal((await ask(worker.port, { headers: basic('ada', 'right') })).status, 200)
  const statuses = (await Promise.all(guesses)).map(({ status }) => status)
  assert.ok(statuses.includes(503), 'more at a time than are looked at')
  assert.ok(statuses.every((status) => status === 401 || status === 503))
})

test('the host comes in without a password, and so does whoever issues certificates', async () => {
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  const door = { ...(await closedDoor(['ada', 'x'])), maintenance: { message: 'm' } }
  await worker.client.call('route', route([app], { door }), never)
  const own = { host, [ownFields.token]: worker.hello.token }
  assert.equal((await ask(worker.port, { headers: { ...own, [ownFields.probe]: '1' } })).body, 'd1-web-1')
  assert.equal((await ask(worker.port, { headers: { ...own, [ownFields.instance]: 'd1-web-1' } })).body, 'd1-web-1')
  const challenge = { headers: { host }, path: '/.well-known/acme-challenge/token' }
  assert.equal((await ask(worker.port, challenge)).body, 'd1-web-1')
  const near = { headers: { host }, path: '/.well-known/acme-challenge' }
  assert.equal((await ask(worker.port, near)).status, 401)
})

test('while there is maintenance everybody sees the page, and the version all the same', async () => {
  await using app = await backend({ name: 'd1-web-1' })
  await using worker = await edge()
  const message = 'Back at <b>noon</b> — promised'
  const door: RouteDoor = { access: 'public', users: [], maintenance: { message } }
  await worker.client.call('route', route([app], { door }), never)
  const page = await ask(worker.port, { headers: { host } })
  assert.equal(page.status, 503)
  assert.equal(page.headers['retry-after'], '60')
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.match(Buffer.from(page.body, 'latin1').toString(), /Back at &lt;b&gt;noon&lt;\/b&gt;|promised/)
  assert.doesNotMatch(page.body, /<b>/)
  assert.equal(app.requests.length, 0)
  assert.equal((await ask(worker.port, { headers: { host }, path: versionPath })).status, 200)
  await worker.client.call('route', route([app]), never)
  assert.equal((await ask(worker.port, { headers: { host } })).body, 'd1-web-1')
})

test('behind a closed door nobody learns that there is maintenance', async () => {
  await using worker = await edge()
  const door = { ...(await closedDoor(['ada', 'x'])), maintenance: { message: 'secret plans' } }
  await worker.client.call('route', route([], { door }), never)
  const page = await ask(worker.port, { headers: { host } })
  assert.equal(page.status, 401)
  assert.doesNotMatch(page.body, /secret plans/)
})
