import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { type FaultCode, faults } from '../lib/faults.ts'
import { statusOf } from './respond.ts'

const tokensPath = '/api/v1/tokens'

test('every error has a code, a sentence, a hint, details and an id', async () => {
  await using api = await apiServer()
  const answer = await api.send('GET', '/api/v1/runs/r99')
  assert.equal(answer.status, 404)
  const body = (await answer.json()) as Record<string, unknown>
  assert.deepEqual(Object.keys(body).sort(), ['code', 'details', 'hint', 'message', 'requestId'])
  assert.deepEqual([body.code, body.message, body.details], ['run.unknown', 'There is no run r99', { run: 'r99' }])
  assert.equal(answer.headers.get('x-request-id'), body.requestId)
})

test('what nobody expected is told with nothing but an id, under which the log has the rest', async () => {
  await using api = await apiServer()
  const secret = 'the inner text'
  api.it.store.runs.list = () => {
    throw new TypeError(secret)
  }
  const answer = await api.send('GET', '/api/v1/runs')
  assert.equal(answer.status, 500)
  const text = await answer.text()
  assert.ok(!text.includes(secret) && !text.includes('TypeError'))
  const { requestId } = JSON.parse(text) as { requestId: string }
  const logged = api.logged.find(
    ({ level, fields }) => level === 'error' && (fields as { requestId: string }).requestId === requestId,
  )
  assert.equal((logged?.fields as { error: Error } | undefined)?.error.message, secret)
})

test('a body that is not what it should be is the client’s mistake, however it is wrong', async () => {
  await using api = await apiServer()
  const before = api.it.store.facts.head()
  for (const body of corpus()) {
    const answer = await api.send('POST', tokensPath, { body })
    const text = await answer.text()
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} for ${String(body).slice(0, 80)}`)
    assert.match(text, /"code":"request\./)
    assert.ok(text.length < 20_000)
  }
  assert.deepEqual(api.it.store.facts.head(), before)
  assert.equal((await api.send('GET', '/healthz', { token: null })).status, 200)
})

test('a body is JSON, says so, and is not too large', async () => {
  await using api = await apiServer()
  const body = JSON.stringify({ name: 'x', scope: 'read' })
  assert.equal((await api.send('POST', tokensPath, { body, headers: { 'content-type': 'text/plain' } })).status, 415)
  assert.equal(
    (await api.send('POST', tokensPath, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }))
      .status,
    415,
  )
  const large = JSON.stringify({ name: 'x'.repeat(1024 * 1024), scope: 'read' })
  assert.equal((await api.send('POST', tokensPath, { body: large })).status, 413)
  const chunked = new ReadableStream({
    pull: (controller) => controller.enqueue(Buffer.alloc(64 * 1024, ' ')),
  })
  const answer = await api.send('POST', tokensPath, { body: chunked }).catch((error: unknown) => error)
  assert.ok(!(answer instanceof Response) || answer.status === 413, 'refused, or cut while it was still sending')
})

test('a parameter that is unknown, doubled or out of range is refused', async () => {
  await using api = await apiServer()
  for (const query of [
    'limit=0',
    'limit=501',
    'limit=x',
    'limit=1&limit=2',
    'limit[]=1',
    'nope=1',
    'limit=1e9',
    'project=',
    '__proto__=1',
  ]) {
    const answer = await api.send('GET', `/api/v1/runs?${query}`)
    assert.equal(answer.status, 400, query)
    assert.match(await answer.text(), /query/)
  }
})

test('a page of another site cannot make a browser change something', async () => {
  await using api = await apiServer()
  const body = JSON.stringify({ name: 'x', scope: 'read' })
  const foreign: Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: api.url },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { cookie: 'session=1' },
  ]
  for (const headers of foreign) {
    const answer = await api.send('POST', tokensPath, { body, headers })
    assert.equal(answer.status, 403, JSON.stringify(headers))
    assert.match(await answer.text(), /request\.foreign/)
  }
  const own = { origin: 'http://signalbox.test', 'sec-fetch-site': 'same-origin' }
  assert.equal((await api.send('POST', tokensPath, { body, headers: own })).status, 200)
  assert.equal((await api.send('GET', '/', { token: null, headers: { origin: 'http://evil.example' } })).status, 200)
})

test('nothing under a wrong address or method, and no way to sniff or frame what there is', async () => {
  await using api = await apiServer()
  for (const [method, path] of [
    ['GET', '/nope'],
    ['GET', '/api/v1'],
    ['PATCH', '/api/v1/runs'],
    ['POST', '/api/v1/runs'],
    ['TRACE', '/'],
  ] as const) {
    const answer = await api.send(method, path).catch(() => null)
    if (answer !== null) assert.equal(answer.status, 404, `${method} ${path}`)
  }
  const { headers } = await api.send('GET', '/', { token: null })
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
})

test('while the server stops, what is under way ends, and what is new is sent away', async () => {
  await using api = await apiServer()
  const going = Promise.withResolvers<void>()
  const { queries } = api.it
  const status = queries.status.bind(queries)
  let isAsked = false
  queries.status = async (...words) => {
    isAsked = true
    await going.promise
    return status(...words)
  }
  await api.it.push('first')
  const answer = api.send('GET', '/api/v1/projects/shop/status')
  await waitFor('the question to be under way', () => isAsked)
  const stopped = api.stop(5_000)
  const late = await api.send('GET', '/api/v1/version').catch(() => null)
  assert.ok(late === null || late.status === 503)
  going.resolve()
  assert.equal((await answer).status, 200)
  await stopped
})

test('a question that does not end is cut at the deadline', async () => {
  await using api = await apiServer()
  api.it.queries.status = () => new Promise(() => {})
  const answer = api.send('GET', '/api/v1/projects/shop/status').catch((error: unknown) => error)
  await new Promise(setImmediate)
  const began = performance.now()
  await api.stop(100)
  assert.ok(performance.now() - began < 3_000)
  assert.ok((await answer) instanceof Error)
})

test('every fault has a status, and none that is ours is told as the client’s', () => {
  const statuses = Object.keys(faults).map((code) => [code, statusOf(new Fault(code as FaultCode))] as const)
  for (const [code, status] of statuses) assert.ok(status >= 400 && status < 600, `${code}: ${status}`)
  const ours = statuses.filter(([code]) => /^(store|internal|process)\./.test(code) && code !== 'process.unknown')
  for (const [code, status] of ours) assert.ok(status >= 500, `${code}: ${status}`)
  assert.equal(statusOf(new Fault('token.missing')), 401)
  assert.equal(statusOf(new Fault('project.exists')), 409)
  assert.equal(statusOf(new Fault('project.unknown')), 404)
})

/** Bodies that are broken in every way, from the reader's point of view. */
function corpus(): readonly (string | Uint8Array<ArrayBuffer>)[] {
  const good = { name: 'x', scope: 'read' }
  const wrong = [
    null,
    true,
    1,
    -0,
    1e308,
    '',
    'x',
    [],
    {},
    [good],
    { ...good, extra: 1 },
    { name: 1, scope: 2 },
    { name: null, scope: 'read' },
  ]
  const fields = ['', ' ', '-x', 'a b', 'a\u0000', '\u202e', 'x'.repeat(65), '../x', {}, [], true, 0].map((name) => ({
    ...good,
    name,
  }))
  const scopes = ['', 'ADMIN', 'everything', '__proto__', 'constructor', ['admin'], { toString: 'admin' }].map(
    (scope) => ({ ...good, scope }),
  )
  const broken = [
    ...[
      '{',
      '[',
      '"',
      '{"name"',
      '{"name":}',
      '{name:"x"}',
      "{'name':'x'}",
      '{"name":"x",}',
      '{"name":"x"}{}',
      'NaN',
      'Infinity',
      'undefined',
    ],
    ...[
      '01',
      '+1',
      '.5',
      '0x10',
      '1e',
      '"\\x"',
      '"\\u12"',
      '"\t"',
      '\u0000',
      '\ufeff{}',
      '// x\n{}',
      '{"a":1e99999}',
      '<xml/>',
      'name=x&scope=read',
    ],
    ...[
      '['.repeat(200_000),
      '{"a":'.repeat(100_000),
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      `"${'\\u0000'.repeat(10_000)}"`,
    ],
    ...[
      '{"__proto__":{"scope":"admin"},"name":"x"}',
      '{"constructor":{"prototype":{}}}',
      '{"name":"x","name":"y"}',
      '{"scope":"read","scope":"admin"}',
    ],
    `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join(',')}}`,
  ]
  const bytes = [
    [0xff, 0xfe],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0x80],
    [0x7b, 0x22, 0xff, 0x22, 0x7d],
    [0, 0, 0, 0],
  ].map((codes) => new Uint8Array(codes))
  return [...[...wrong, ...fields, ...scopes].map((value) => JSON.stringify(value)), ...broken, ...bytes]
}
