import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isMaskable, MASK, redactor } from './redact.ts'

/** What programs do to a value on its way into a log; written apart from the code under test. */
const spellings: Record<string, (secret: string) => string> = {
  raw: (secret) => secret,
  'JSON string': (secret) => JSON.stringify(secret),
  'JSON in JSON': (secret) => JSON.stringify(JSON.stringify({ token: secret })),
  'JSON with ASCII only': (secret) =>
    JSON.stringify(secret).replace(/[^\0-~]/g, (c) => `\\u${`000${c.charCodeAt(0).toString(16)}`.slice(-4)}`),
  'URL component': (secret) => encodeURIComponent(secret),
  'URL with lower-case hex': (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  'URL form': (secret) => new URLSearchParams({ token: secret }).toString(),
  'URL path': (secret) => encodeURIComponent(secret).split('%2F').join('/'),
  'shell single quotes': (secret) => `'${secret.split("'").join("'\\''")}'`,
  'shell quotes of Python': (secret) => `'${secret.split("'").join(`'"'"'`)}'`,
  'shell double quotes': (secret) => `"${secret.replace(/["$`\\]/g, (c) => `\\${c}`)}"`,
  'XML text': (secret) => secret.split('&').join('&amp;').split('<').join('&lt;').split('>').join('&gt;'),
  'HTML attribute': (secret) =>
    secret.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!),
  'hex, lower case': (secret) => Buffer.from(secret).toString('hex'),
  'hex, upper case': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
}

const printable = fc.string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 60 })
const wide = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 20 })
const secrets = fc.oneof(printable, wide, fc.base64String({ minLength: 8, maxLength: 40 })).filter(isUsable)

/** Random text must not look like the mask or like a piece of the text around it. */
function isUsable(secret: string): boolean {
  return isMaskable(secret) && !secret.includes('*') && secret.trim() === secret && secret.isWellFormed()
}

test('no secret gets through in any spelling, however the stream is cut', () => {
  const cases = fc.record({
    secret: secrets,
    spelling: fc.constantFrom(...Object.keys(spellings)),
    before: fc.string({ maxLength: 20 }),
    after: fc.string({ maxLength: 20 }),
    cuts: fc.array(fc.nat(200), { maxLength: 10 }),
  })
  const check = ({ secret, spelling, before, after, cuts }: CaseOf<typeof cases>) => {
    const spelled = spellings[spelling]!(secret)
    const shown = pushAll(secret, Buffer.from(`${before}\n${spelled}\n${after}`), cuts)
    const expected = `${before}\n`
    assert.ok(shown.includes(MASK), `${spelling}: ${JSON.stringify(shown)}`)
    assert.ok(shown.startsWith(expected.slice(0, 1)), 'what came before stays')
    assert.ok(!shown.replaceAll(MASK, '').includes(spelled), `${spelling}: ${JSON.stringify(shown)}`)
    assert.ok(!shown.includes(secret), `${spelling}: ${JSON.stringify(shown)}`)
  }
  fc.assert(fc.property(cases, check), { numRuns: 6_000 })
})

test('base64 is found wherever the secret stands in what was encoded', () => {
  const cases = fc.record({
    secret: secrets,
    before: fc.uint8Array({ maxLength: 7 }),
    after: fc.uint8Array({ maxLength: 7 }),
    alphabet: fc.constantFrom('base64' as const, 'base64url' as const),
  })
  const check = ({ secret, before, after, alphabet }: CaseOf<typeof cases>) => {
    const bytes = Buffer.from(secret)
    const shown = redactor([secret]).text(Buffer.concat([before, bytes, after]).toString(alphabet))
    const left = Buffer.from(shown.replace(MASK, ''), 'base64')
    assert.ok(shown.includes(MASK), shown)
    assert.ok(left.length <= before.length + after.length + 2, 'at most the halves of the first and last byte are left')
  }
  fc.assert(fc.property(cases, check), { numRuns: 2_000 })
})

test('colour codes inside a secret do not save it', () => {
  const escapes = [
    '\x1b[31m',
    '\x1b[0m',
    '\x1b[1;38;5;196m',
    '\x1b[K',
    '\x1b]0;title\x07',
    '\x1b]8;;http://x\x1b\\',
    '\x1b(B',
  ]
  const cases = fc.record({
    secret: fc.stringMatching(/^[A-Za-z0-9]{8,40}$/),
    places: fc.array(fc.tuple(fc.nat(60), fc.constantFrom(...escapes)), { minLength: 1, maxLength: 6 }),
    cuts: fc.array(fc.nat(200), { maxLength: 6 }),
  })
  const check = ({ secret, places, cuts }: CaseOf<typeof cases>) => {
    const bytes = Buffer.from(secret)
    const marks = new Map(places.map(([place, sequence]) => [place % bytes.length, sequence]))
    const coloured = Buffer.concat(
      [...bytes].map((byte, index) => Buffer.concat([Buffer.from(marks.get(index) ?? ''), Buffer.of(byte)])),
    )
    const shown = pushAll(secret, Buffer.concat([Buffer.from('see: '), coloured, Buffer.from(' end')]), cuts)
    const seen = escapes.reduce((text, sequence) => text.replaceAll(sequence, ''), shown)
    assert.equal(seen, `see: ${MASK} end`)
  }
  fc.assert(fc.property(cases, check), { numRuns: 2_000 })
})

test('text without secrets comes out byte for byte, and nothing is held back at a line end', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  const check = (content: Uint8Array, cuts: readonly number[]) => {
    const shown = pushBytes('correct horse battery', content, cuts)
    assert.deepEqual(shown, Buffer.from(content))
  }
  fc.assert(fc.property(bytes, fc.array(fc.nat(300), { maxLength: 8 }), check))
  assert.equal(Buffer.from(redactor(['correct horse']).stream().push(Buffer.from('c\n'))).toString(), 'c\n')
})

test('several secrets, one inside another, side by side, and overlapping themselves', () => {
  const redact = redactor(['abcdefgh', 'cdefgh', 'ghijklm', 'xyxyxy'])
  assert.equal(redact.text('1 abcdefgh 2'), `1 ${MASK} 2`)
  assert.equal(redact.text('1 abcdefghijklm 2'), `1 ${MASK} 2`)
  assert.equal(redact.text('abcdefghabcdefgh'), MASK)
  assert.equal(redact.text('xyxyxyxyxyxy!'), `${MASK}!`)
  assert.equal(redact.text('abcdefg'), 'abcdefg')
})

test('each line of a secret with several lines is hidden, and the whole when it is wrapped in base64', () => {
  const key = `-----BEGIN KEY-----\n${'Zm9v'.repeat(16)}\n${'YmFy'.repeat(16)}\n-----END KEY-----\n`
  const redact = redactor([key])
  assert.equal(redact.text(key), `${MASK}\n`)
  assert.equal(redact.text(`> ${'YmFy'.repeat(16)}\r\n`), `> ${MASK}\r\n`)
  const wrapped = Buffer.from(key).toString('base64').replace(/.{76}/g, '$&\n')
  assert.doesNotMatch(redact.text(wrapped), /[A-Za-z0-9]{6}/)
})

test('an endless run of what may be a secret does not fill the memory', () => {
  const stream = redactor(['aaaaaaaa']).stream()
  const chunk = Buffer.alloc(65_536, 'a')
  let bytes = 0
  for (let round = 0; round < 200; round++) bytes += stream.push(chunk).length
  assert.equal(bytes, MASK.length)
  assert.equal(Buffer.from(stream.end()).toString(), '')
})

test('short values are not hidden, and that can be asked', () => {
  assert.equal(isMaskable('12345'), false)
  assert.equal(isMaskable('  1234 '), false)
  assert.equal(isMaskable('123456'), true)
  assert.equal(redactor(['12345', '']).text('a 12345 b'), 'a 12345 b')
})

test('thirty secrets cost little: 50 MB in a second', () => {
  const thirty = Array.from({ length: 30 }, (_, index) => `secret-number-${index}/+&${'x'.repeat(index)}`)
  const lines = Array.from(
    { length: 600 },
    (_, index) => `2026-01-01 12:00:00 INFO some ordinary line ${index} ${thirty[index % 90] ?? ''}\n`,
  )
  const chunk = Buffer.from(lines.join(''))
  const stream = redactor(thirty).stream()
  for (let round = 0; round < 100; round++) stream.push(chunk)
  const before = process.cpuUsage()
  for (let bytes = 0; bytes < 50_000_000; bytes += chunk.length) stream.push(chunk)
  const seconds = process.cpuUsage(before).user / 1_000_000
  assert.ok(seconds < 1, `50 MB took ${seconds.toFixed(2)} s of processor time`)
})

type CaseOf<A> = A extends fc.Arbitrary<infer T> ? T : never

function pushAll(secret: string, content: Uint8Array, cuts: readonly number[]): string {
  return pushBytes(secret, content, cuts).toString('utf8')
}

function pushBytes(secret: string, content: Uint8Array, cuts: readonly number[]): Buffer {
  const stream = redactor([secret]).stream()
  const borders = [0, ...cuts.map((cut) => cut % (content.length + 1)).sort((a, b) => a - b), content.length]
  const parts = borders
    .slice(1)
    .map((border, index) => Buffer.from(stream.push(content.subarray(borders[index], border))))
  return Buffer.concat([...parts, stream.end()])
}
