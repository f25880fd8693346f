import assert from 'node:assert/strict'
import test from 'node:test'
import { backend, edge, never, rawExchange, route } from '../../test/helpers/edge.ts'

const get = 'GET / HTTP/1.1\r\n'
const post = 'POST / HTTP/1.1\r\nHost: shop.example\r\n'
const host = 'Host: shop.example\r\n'
const chunkedPost = `${post}Transfer-Encoding: chunked\r\n\r\n`
/** What a smuggled request would look like. */
const second = 'GET /smuggled HTTP/1.1\r\nHost: shop.example\r\n\r\n'

/** Requests that two servers could read in two ways, or that are none at all, with the status they get. */
const refused: readonly [name: string, bytes: string, status?: number][] = [
  ['length and coding', `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`],
  ['coding and length', `${post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${second}`],
  ['two lengths', `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
  ['a list of lengths', `${post}Content-Length: 5, 5\r\n\r\nhello`],
  ['a list of different lengths', `${post}Content-Length: 5, 6\r\n\r\nhello`],
  ['a length with a plus', `${post}Content-Length: +5\r\n\r\nhello`],
  ['a length with a minus', `${post}Content-Length: -5\r\n\r\nhello`],
  ['a length in hexadecimal', `${post}Content-Length: 0x5\r\n\r\nhello`],
  ['a length with a space in it', `${post}Content-Length: 5 0\r\n\r\nhello`],
  ['a length with an underscore', `${post}Content-Length: 5_0\r\n\r\nhello`],
  ['a length with a decimal point', `${post}Content-Length: 5.0\r\n\r\nhello`],
  ['an empty length', `${post}Content-Length:\r\n\r\nhello`],
  ['a length beyond all numbers', `${post}Content-Length: 99999999999999999999\r\n\r\nhello`],
  ['a length with a form feed', `${post}Content-Length:\f5\r\n\r\nhello`],
  ['coding xchunked', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['coding with a quote', `${post}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`],
  ['coding identity', `${post}Transfer-Encoding: identity\r\n\r\n`],
  ['coding gzip, chunked', `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['coding chunked, identity', `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ['coding chunked twice', `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['coding twice, one hidden', `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n`],
  ['an empty coding', `${post}Transfer-Encoding:\r\n\r\n0\r\n\r\n`],
  ['coding with a vertical tab', `${post}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`],
  ['coding in HTTP/1.0', `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a space before the colon', `${post}Content-Length : 5\r\n\r\nhello`],
  ['a tab before the colon', `${post}Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n`],
  ['a space within a name', `${get}${host}X Y: 1\r\n\r\n`],
  ['a folded line', `${get}${host}X: 1\r\n 2\r\n\r\n`],
  ['a line folded with a tab', `${get}${host}X: 1\r\n\t2\r\n\r\n`],
  ['a folded first line', `${get} ${host}\r\n`],
  ['a folded coding', `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
  ['a line without a colon', `${get}${host}nonsense\r\n\r\n`],
  ['an empty name', `${get}${host}: 1\r\n\r\n`],
  ['a bare LF as line end', 'GET / HTTP/1.1\nHost: shop.example\n\n'],
  ['a bare LF among the headers', `${get}Host: shop.example\nX: 1\r\n\r\n`],
  ['a bare CR among the headers', `${get}${host}X: 1\rY: 2\r\n\r\n`],
  ['a bare CR that hides a length', `${post}X: 1\rContent-Length: 5\r\n\r\nhello`],
  ['CR CR LF', `${get}${host}X: 1\r\r\n\r\n`],
  ['NUL in a value', `${get}${host}X: a\0b\r\n\r\n`],
  ['NUL in a name', `${get}${host}X\0: b\r\n\r\n`],
  ['NUL in the target', `GET /\0 HTTP/1.1\r\n${host}\r\n`],
  ['DEL in a value', `${get}${host}X: \x7f\r\n\r\n`],
  ['a control character in a value', `${get}${host}X: \x01\r\n\r\n`],
  ['a comma in a name', `${get}${host}X,Y: 1\r\n\r\n`],
  ['a slash in a name', `${get}${host}X/Y: 1\r\n\r\n`],
  ['a character beyond ASCII in a name', `${get}${host}X\xe9: 1\r\n\r\n`],
  ['no Host', `${get}\r\n`],
  ['two Hosts', `${get}${host}Host: other.example\r\n\r\n`],
  ['the same Host twice', `${get}${host}${host}\r\n`],
  ['a Host with a path', `${get}Host: shop.example/x\r\n\r\n`],
  ['a Host with a user', `${get}Host: a@shop.example\r\n\r\n`],
  ['a list of Hosts', `${get}Host: shop.example, other\r\n\r\n`],
  ['a Host with a space', `${get}Host: shop .example\r\n\r\n`],
  ['a Host with a bad port', `${get}Host: shop.example:80a\r\n\r\n`],
  ['a target for another host', `GET http://other.example/ HTTP/1.1\r\n${host}\r\n`],
  ['a target with a user', `GET http://a@shop.example/ HTTP/1.1\r\n${host}\r\n`],
  ['a target without a slash', `GET x HTTP/1.1\r\n${host}\r\n`],
  ['a target of another scheme', `GET ftp://shop.example/ HTTP/1.1\r\n${host}\r\n`],
  ['a star for GET', `GET * HTTP/1.1\r\n${host}\r\n`],
  ['a fragment in the target', `GET /#x HTTP/1.1\r\n${host}\r\n`],
  ['two spaces before the target', `GET  / HTTP/1.1\r\n${host}\r\n`],
  ['two spaces after the target', `GET /  HTTP/1.1\r\n${host}\r\n`],
  ['a tab in the request line', `GET\t/ HTTP/1.1\r\n${host}\r\n`],
  ['a tab after the target', `GET /\tx HTTP/1.1\r\n${host}\r\n`],
  ['a space after the version', `GET / HTTP/1.1 \r\n${host}\r\n`],
  ['a space before the method', ` GET / HTTP/1.1\r\n${host}\r\n`],
  ['no version', `GET /\r\n${host}\r\n`],
  ['no target', `GET HTTP/1.1\r\n${host}\r\n`],
  ['a lower-case version', `GET / http/1.1\r\n${host}\r\n`],
  ['a version with zeros', `GET / HTTP/01.1\r\n${host}\r\n`],
  ['HTTP/1.2', `GET / HTTP/1.2\r\n${host}\r\n`, 505],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['a method with a bracket', `G[T / HTTP/1.1\r\n${host}\r\n`],
  ['a method too long', `${'G'.repeat(33)} / HTTP/1.1\r\n${host}\r\n`],
  ['CONNECT', 'CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['two empty lines', `\r\n\r\n${get}${host}\r\n`],
  ['a bare LF first', `\n${get}${host}\r\n`],
  ['another Expect', `${post}Content-Length: 1\r\nExpect: 200-ok\r\n\r\n`, 417],
  ['too many headers', `${get}${host}${'X: 1\r\n'.repeat(200)}\r\n`, 431],
  ['a head too long', `${get}${host}X: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ['a head too long that never ends', `${get}${host}X: ${'x'.repeat(40_000)}`, 431],
]

/** Bodies that break the rules after a good head. */
const brokenBodies: readonly [name: string, bytes: string][] = [
  ['a chunk size that is no number', `${chunkedPost}xyz\r\n\r\n`],
  ['an empty chunk size', `${chunkedPost}\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size with 0x', `${chunkedPost}0x5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size with a minus', `${chunkedPost}-5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size with a plus', `${chunkedPost}+5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size with a space before', `${chunkedPost} 5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size with a space after', `${chunkedPost}5 \r\nhello\r\n0\r\n\r\n`],
  ['a chunk size with an underscore', `${chunkedPost}1_0\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size too long', `${chunkedPost}0000000000005\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size that wraps round', `${chunkedPost}ffffffffffffffff5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size that ends in LF', `${chunkedPost}5\nhello\r\n0\r\n\r\n`],
  ['a chunk size that ends in CR', `${chunkedPost}5\rhello\r\n0\r\n\r\n`],
  ['a chunk longer than its size', `${chunkedPost}3\r\nhello\r\n0\r\n\r\n`],
  ['a chunk that ends in LF', `${chunkedPost}5\r\nhello\n0\r\n\r\n`],
  ['a chunk that ends in two other bytes', `${chunkedPost}5\r\nhelloXX0\r\n\r\n`],
  ['an extension with LF', `${chunkedPost}5;a\nhello\r\n0\r\n\r\n`],
  ['an extension with a bare CR', `${chunkedPost}5;a\rb\r\nhello\r\n0\r\n\r\n`],
  ['an extension with NUL', `${chunkedPost}5;\0\r\nhello\r\n0\r\n\r\n`],
  ['an endless extension', `${chunkedPost}5;${'a'.repeat(5000)}\r\nhello\r\n0\r\n\r\n`],
  ['a trailer without a colon', `${chunkedPost}0\r\nnonsense\r\n\r\n`],
  ['a folded trailer', `${chunkedPost}0\r\nA: 1\r\n 2\r\n\r\n`],
  ['a trailer with LF', `${chunkedPost}0\r\nA: 1\n\r\n\r\n`],
  ['endless trailers', `${chunkedPost}0\r\n${'A: 1\r\n'.repeat(10_000)}\r\n`],
]

test('hostile heads are refused, and no instance ever sees them', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  for (const [name, bytes, status = 400] of refused) {
    const answer = await rawExchange(worker.port, bytes)
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), name)
    assert.equal(answer.split('HTTP/1.1').length, 2, `one answer only: ${name}`)
    assert.match(answer, /\r\nConnection: close\r\n/, name)
  }
  assert.equal(app.connections(), 0)
  assert.ok(refused.length >= 60)
})

test('a body that breaks the rules ends its request, and nothing after it is a request', async () => {
  await using app = await backend({
    name: 'app',
    handle: (request, response) => request.on('end', () => response.end('whole')).resume(),
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  for (const [name, bytes] of brokenBodies) {
    const answer = await rawExchange(worker.port, `${bytes}${second}`)
    assert.match(answer, /^HTTP\/1\.1 400 /, name)
    assert.equal(answer.split('HTTP/1.1').length, 2, `one answer only: ${name}`)
  }
  assert.deepEqual(app.requests.filter((request) => request.url === '/smuggled').length, 0)
  const { requests } = await worker.client.call('traffic', { track: 'shop/web/production' }, never)
  assert.equal(requests.refused, 0, 'none of this is our loss')
})

/** Odd but right: exactly one request each, as the instance must see it. */
const accepted: readonly [name: string, bytes: string, url: string][] = [
  ['an empty line first', `\r\nGET /a HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, '/a'],
  ['an absolute target', `GET http://shop.example/b?c HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, '/b?c'],
  [
    'an absolute target without a path',
    `GET http://Shop.Example?c HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    '/?c',
  ],
  ['a path of two slashes', `GET //x HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, '//x'],
  ['no blanks around a value', `GET /d HTTP/1.1\r\nHost:shop.example\r\nConnection:close\r\n\r\n`, '/d'],
  ['a star for OPTIONS', `OPTIONS * HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, '*'],
  ['HTTP/1.0', `GET /e HTTP/1.0\r\n${host}\r\n`, '/e'],
  [
    'the same length twice',
    `POST /f HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`,
    '/f',
  ],
  [
    'coding in capitals',
    `POST /g HTTP/1.1\r\n${host}Transfer-Encoding: Chunked\r\nConnection: close\r\n\r\n2;x=y\r\nhi\r\n0\r\nT: 1\r\n\r\n`,
    '/g',
  ],
]

test('odd but right requests reach the instance as exactly one request each', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  for (const [name, bytes, url] of accepted) {
    const before = app.requests.length
    const answer = await rawExchange(worker.port, bytes)
    assert.match(answer, /^HTTP\/1\.1 200 /, name)
    assert.deepEqual(
      app.requests.slice(before).map((request) => request.url),
      [url],
      name,
    )
  }
})

test('an instance hears of the visitor from the edge alone', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const lies = [
    'X-Forwarded-For: 6.6.6.6',
    'x-forwarded-for: 6.6.6.7',
    'X_Forwarded_For: 6.6.6.8',
    'X-Forwarded.For: 6.6.6.9',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: evil',
    'X-Forwarded-Port: 1',
    'Forwarded: for=6.6.6.6',
    'X-Real-IP: 6.6.6.6',
    'True-Client-IP: 6.6.6.6',
    'Proxy: http://evil',
    'X-Request-Id: mine',
    'X-Signalbox-Instance: other',
    'X-Signalbox-Token: guess',
    'X-Signalbox-Probe: 1',
    'X_Signalbox_Token: guess',
    'Content_Length: 5',
    'Transfer_Encoding: chunked',
    'Te: trailers',
    'Keep-Alive: timeout=99',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: x',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
    'X-Secret-Hop: 1',
    'Trailer: X',
    'Connection: close, X-Secret-Hop, Upgrade, HTTP2-Settings, Content-Length, Host',
    'Api_key: kept',
  ]
  await rawExchange(worker.port, `POST / HTTP/1.1\r\n${host}Content-Length: 2\r\n${lies.join('\r\n')}\r\n\r\nhi`)
  const { 'x-request-id': id, ...headers } = app.requests[0]!.headers
  assert.match(String(id), /^req-/)
  assert.deepEqual(headers, {
    host: 'shop.example',
    api_key: 'kept',
    'content-length': '2',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'shop.example',
  })
})

test('a trusted proxy before the edge may say who the visitor is', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge({ trustsForwarded: true })
  await worker.client.call('route', route([app]), never)
  const said =
    'X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Request-Id: abc-1\r\nForwarded: for=1.2.3.4\r\n'
  await rawExchange(worker.port, `GET / HTTP/1.1\r\n${host}${said}Connection: close\r\n\r\n`)
  const { headers } = app.requests[0]!
  assert.equal(headers['x-forwarded-for'], '1.2.3.4, 127.0.0.1')
  assert.equal(headers['x-forwarded-proto'], 'https')
  assert.equal(headers['x-request-id'], 'abc-1')
  assert.equal(headers.forwarded, 'for=1.2.3.4')
})

test('the instance keeps no field of its connection for the visitor', async () => {
  await using app = await backend({
    name: 'app',
    handle: (_request, response) => {
      response.setHeader('Proxy-Authenticate', 'x')
      response.setHeader('Keep-Alive', 'timeout=9')
      response.setHeader('X-Signalbox-Instance', 'forged')
      response.setHeader('Connection', 'x-hop')
      response.setHeader('X-Hop', '1')
      response.end('ok')
    },
  })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const answer = await rawExchange(worker.port, `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
  for (const name of ['proxy-authenticate', 'keep-alive', 'x-signalbox-instance', 'x-hop']) {
    assert.ok(!answer.toLowerCase().includes(`\r\n${name}:`), name)
  }
})
