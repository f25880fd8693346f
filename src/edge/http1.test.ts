import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseAnswerHead } from './answer-head.ts'
import { BadMessage } from './bad-message.ts'
import { chunkOf, lastChunk } from './chunks.ts'
import { MessageReader } from './http1.ts'
import { parseRequestHead } from './request-head.ts'

interface Seen {
  readonly messages: { head: string; body: string; isWhole: boolean }[]
  /** Bytes used, or the status of the refusal. */
  readonly end: number
}

function readRequests(pieces: readonly Buffer[], maxHeadBytes = 1000): Seen {
  return read(pieces, maxHeadBytes, (text) => parseRequestHead(text, 100).framing)
}

function read(pieces: readonly Buffer[], maxHeadBytes: number, framing: (text: string) => number): Seen {
  const messages: Seen['messages'] = []
  const reader = new MessageReader(
    {
      onHead: (text) => {
        const found = framing(text)
        messages.push({ head: text, body: '', isWhole: false })
        return found
      },
      onBody: (bytes) => {
        messages.at(-1)!.body += bytes.toString('latin1')
      },
      onMessageEnd: () => {
        messages.at(-1)!.isWhole = true
      },
    },
    maxHeadBytes,
  )
  reader.chunkMode = 'payload'
  let used = 0
  try {
    for (const piece of pieces) {
      for (let rest = piece; rest.length > 0; ) {
        const taken = reader.read(rest)
        assert.ok(taken > 0, 'it always gets on')
        used += taken
        rest = rest.subarray(taken)
      }
    }
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error
    return { messages, end: -error.status }
  }
  return { messages, end: used }
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end))
}

const latin1 = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((c) => c < 0x7f || c > 0x9f)
    .map((c) => String.fromCharCode(c)),
  maxLength: 40,
})
const word = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/).map((name) => `F-${name}`)
const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 5 })

const request = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PURGE'),
    path: fc.stringMatching(/^\/[a-z/?=&%]{0,20}$/),
    fields: fc.array(fc.tuple(word, latin1), { maxLength: 6 }),
    body: fc.oneof(
      fc.constant(null),
      fc.record({
        chunks,
        isChunked: fc.boolean(),
        extension: fc.constantFrom('', ';a', ';a="b c"'),
        trailer: fc.boolean(),
      }),
    ),
  })
  .map(({ method, path, fields, body }) => {
    const payload = Buffer.concat(body?.chunks ?? [])
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const head = (framing: string) =>
      Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: h\r\n${lines}${framing}\r\n`, 'latin1')
    if (body === null) return { bytes: head(''), body: '' }
    const text = payload.toString('latin1')
    if (!body.isChunked)
      return { bytes: Buffer.concat([head(`Content-Length: ${payload.length}\r\n`), payload]), body: text }
    const parts = body.chunks.flatMap((data) => {
      const [size, bytes, end] = chunkOf(Buffer.from(data))
      return [Buffer.from(size.replace('\r\n', `${body.extension}\r\n`)), bytes, end]
    })
    const end = body.trailer ? '0\r\nTrailing: x\r\n\r\n' : lastChunk
    return { bytes: Buffer.concat([head('Transfer-Encoding: chunked\r\n'), ...parts, Buffer.from(end)]), body: text }
  })

test('any cutting of the same bytes gives the same requests', () => {
  fc.assert(
    fc.property(
      fc.array(request, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (requests, places) => {
        const bytes = Buffer.concat(requests.map((one) => one.bytes))
        const whole = readRequests([bytes])
        assert.equal(whole.end, bytes.length)
        assert.deepEqual(
          whole.messages.map((one) => one.body),
          requests.map((one) => one.body),
        )
        assert.ok(whole.messages.every((one) => one.isWhole))
        assert.deepEqual(readRequests(cut(bytes, places)), whole)
      },
    ),
    { numRuns: 300 },
  )
})

test('byte by byte is the same as at once, for whole and for broken messages alike', () => {
  fc.assert(
    fc.property(request, fc.nat(), fc.integer({ min: 0, max: 255 }), (one, place, octet) => {
      const bytes = Buffer.from(one.bytes)
      bytes[place % bytes.length] = octet
      const whole = readRequests([bytes])
      const single = readRequests([...bytes].map((value) => Buffer.from([value])))
      assert.equal(single.end < 0, whole.end < 0)
      assert.deepEqual(single.messages, whole.messages)
    }),
    { numRuns: 500 },
  )
})

test('bytes at random never do anything but messages and refusals', () => {
  const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  const likely = fc.array(
    fc.constantFrom(
      'GET ',
      '/ ',
      'HTTP/1.1',
      '\r\n',
      '\n',
      '\r',
      'Host: a',
      ':',
      ' ',
      '\t',
      '0',
      'ff',
      ';',
      'Transfer-Encoding: chunked',
      'Content-Length: 5',
      '\0',
    ),
    { maxLength: 40 },
  )
  const pieces = fc.oneof(
    octets,
    likely.map((parts) => Buffer.from(parts.join(''))),
  )
  fc.assert(
    fc.property(pieces, (bytes) => void readRequests([bytes])),
    { numRuns: 1000 },
  )
})

test('a head over the limit is refused, however it comes', () => {
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\nA: ${'a'.repeat(2000)}\r\n\r\n`)
  assert.equal(readRequests([bytes]).end, -431)
  assert.equal(readRequests([...bytes].map((value) => Buffer.from([value]))).end, -431)
  assert.equal(readRequests([bytes.subarray(0, 1100)]).end, -431, 'before its end has come')
})

test('an answer without a length ends when the instance closes', () => {
  const ends: string[] = []
  const reader = new MessageReader(
    {
      onHead: (text) => parseAnswerHead(text, 'GET').framing,
      onBody: (bytes) => void ends.push(bytes.toString()),
      onMessageEnd: () => void ends.push('end'),
    },
    1000,
  )
  const bytes = Buffer.from('HTTP/1.0 200 OK\r\n\r\nhello')
  assert.equal(reader.read(bytes), 19)
  reader.read(bytes.subarray(19))
  assert.deepEqual(ends, ['hello'])
  assert.equal(reader.close(), true)
  assert.deepEqual(ends, ['hello', 'end'])
})

test('a close before the promised length is not the end of an answer', () => {
  const reader = new MessageReader(
    {
      onHead: (text) => parseAnswerHead(text, 'GET').framing,
      onBody: () => undefined,
      onMessageEnd: () => assert.fail(),
    },
    1000,
  )
  reader.read(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'))
  reader.read(Buffer.from('hell'))
  assert.equal(reader.close(), false)
})

const framings: readonly [string, string, string, number][] = [
  ['a length', 'GET', '200 OK\r\nContent-Length: 7', 7],
  ['chunks', 'GET', '200 OK\r\nTransfer-Encoding: chunked', -1],
  ['chunks over a length', 'GET', '200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 7', -1],
  ['neither', 'GET', '200 OK', -2],
  ['an unknown coding', 'GET', '200 OK\r\nTransfer-Encoding: gzip', -2],
  ['HEAD', 'HEAD', '200 OK\r\nContent-Length: 7', 0],
  ['204', 'GET', '204 No Content\r\nContent-Length: 7', 0],
  ['304', 'GET', '304 Not Modified\r\nContent-Length: 7', 0],
  ['100', 'POST', '100 Continue', 0],
]
for (const [name, method, text, framing] of framings) {
  test(`the body of an answer with ${name}`, () => {
    assert.equal(parseAnswerHead(`HTTP/1.1 ${text}`, method).framing, framing)
  })
}

test('a length is shown to the visitor once, and not at all where there can be none', () => {
  const lines = (text: string) => parseAnswerHead(`HTTP/1.1 ${text}`, 'GET').lines
  assert.equal(lines('200 OK\r\nContent-Length: 7\r\nContent-Length: 7'), 'Content-Length: 7\r\n')
  assert.equal(lines('204 No Content\r\nContent-Length: 0'), '')
  assert.equal(lines('200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 7'), '')
  assert.equal(lines('304 Not Modified\r\nContent-Length: 7'), 'Content-Length: 7\r\n')
})

const badAnswers = [
  'HTTP/2 200 OK',
  'HTTP/1.1 99 Low',
  'HTTP/1.1 2000 High',
  'HTTP/1.1 OK',
  'ICY 200 OK',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2',
  'HTTP/1.1 200 OK\r\nContent-Length: -1',
  'HTTP/1.1 200 OK\r\nX: a\0b',
  'HTTP/1.1 200 OK\r\nX: a\n b',
  'HTTP/1.1 200 OK\r\n folded: x',
]
for (const head of badAnswers) {
  test(`an instance that answers ${JSON.stringify(head)} is refused`, () => {
    assert.throws(() => parseAnswerHead(head, 'GET'), { name: 'BadMessage', status: 502 })
  })
}
