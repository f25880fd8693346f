import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ByteReader } from './byte-reader.ts'
import { banded, flush, packet, packetsIn } from './packet.ts'
import { PushAnswer } from './push-answer.ts'
import { readPushHead } from './push-head.ts'

const report = Buffer.concat([
  packet('unpack ok\n'),
  packet('ok refs/heads/a\n'),
  packet('ng refs/heads/b no\n'),
  flush,
])
const speaks = new Set(['report-status', 'side-band-64k'])

test('progress passes at once, the report only at the end, however the bytes are cut', () => {
  const progress = banded(2, Buffer.from('Resolving deltas\n'))
  const from = Buffer.concat([...progress, ...banded(1, report), flush])
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 40 }), (cuts) => {
      const answer = new PushAnswer(speaks)
      const passed: Buffer[] = []
      let at = 0
      for (const cut of [...cuts, from.length]) {
        passed.push(...answer.add(from.subarray(at, at + cut)))
        at += cut
      }
      assert.deepEqual(Buffer.concat(passed), Buffer.concat([...progress]))
      const words = banded(2, Buffer.from('signalbox: run r1\n'))
      assert.deepEqual(answer.recorded(['run r1']), Buffer.concat([...banded(1, report), ...words, flush]))
    }),
  )
})

test('what was stored and not recorded is told as refused; what git refused keeps its reason', () => {
  const answer = new PushAnswer(speaks)
  answer.add(Buffer.concat([...banded(1, report), flush]))
  const { payloads } = packetsIn(answer.notRecorded('disk\nfull'))
  const lines = packetsIn(
    Buffer.concat(payloads.filter((each) => each !== null).map((each) => each.subarray(1))),
  ).payloads
  assert.deepEqual(lines.map(String), ['unpack ok\n', 'ng refs/heads/a disk full\n', 'ng refs/heads/b no\n', 'null'])
})

test('a client without side bands gets the report and nothing else', () => {
  const answer = new PushAnswer(new Set(['report-status']))
  assert.deepEqual(answer.add(report.subarray(0, 9)), [])
  answer.add(report.subarray(9))
  assert.deepEqual(answer.recorded(['run r1']), report)
  assert.equal(answer.broken('no'), null)
})

test('words for the person cannot become anything else on the way', () => {
  const { payloads } = packetsIn(new PushAnswer(speaks).recorded(['a\nb\u001b[2Jc\u2028d', 'x'.repeat(70_000)]))
  const [first, second] = payloads.map(String)
  assert.equal(first, '\u0002signalbox: a b [2Jc d\n')
  assert.ok((second?.length ?? 0) < 1_100)
})

test('what a push asks for is read from its first bytes, and what cannot be read is refused', async () => {
  const line = `${'0'.repeat(40)} ${'a'.repeat(40)} refs/heads/é x\0 report-status agent=git/2\n`
  const other = `${'1'.repeat(40)} ${'b'.repeat(40)} refs/tags/v1`
  const bytes = Buffer.concat([
    packet(`shallow ${'c'.repeat(40)}`),
    packet(line),
    packet(other),
    flush,
    Buffer.from('PACK…'),
  ])
  const reader = new ByteReader(ReadableStream.from([...bytes].map((byte) => Buffer.from([byte]))))
  const head = await readPushHead(reader)
  assert.deepEqual(
    head.commands.map(({ name }) => name),
    ['refs/heads/é x', 'refs/tags/v1'],
  )
  assert.deepEqual([...head.capabilities], ['report-status', 'agent=git/2'])
  assert.deepEqual(Buffer.concat(await Array.fromAsync(reader.restAfter(head.bytes))), bytes)

  const read = (content: Buffer | string) => readPushHead(new ByteReader(ReadableStream.from([Buffer.from(content)])))
  for (const broken of [
    '',
    '00',
    '0010',
    'zzzz',
    '0001',
    'fff1',
    packet('hello'),
    packet(line),
    packet('push-cert\0x'),
    packet(`${line.slice(0, 80)}`),
  ]) {
    await assert.rejects(read(Buffer.concat([Buffer.from(broken)])), { code: 'push.malformed' }, String(broken))
  }
  const many = Buffer.concat([...Array.from({ length: 2_100 }, () => packet(other)), flush])
  await assert.rejects(read(many), { code: 'push.malformed', message: /more than 2000 refs/ })
})
