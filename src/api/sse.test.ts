import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { decodeEvents, encodeEvent, heartbeat, type StreamEvent } from './sse.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replace(/\0/g, ''))
const word = text.map((value) => value.replace(/[\r\n]/g, '').trimStart())
const event = fc.record<StreamEvent>(
  {
    id: fc.option(word),
    name: word.map((value) => value || 'message'),
    data: text.map((value) => value.replace(/\r\n?/g, '\n')),
  },
  { noNullPrototype: true },
)

test('what is encoded is decoded again, however it is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event), fc.array(fc.nat(30)), async (events, cuts) => {
      const bytes = Buffer.from(events.map((each) => heartbeat + encodeEvent(each)).join(''))
      const pieces: Buffer[] = []
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        pieces.push(bytes.subarray(at, at + cut))
        at += cut
      }
      pieces.push(bytes.subarray(at))
      assert.deepEqual(await Array.fromAsync(decodeEvents(ReadableStream.from(pieces))), events)
    }),
    { numRuns: 200 },
  )
})

test('an event without an end is no event, and one without an end in sight is an error', async () => {
  const decode = (content: string, most?: number) =>
    Array.fromAsync(decodeEvents(ReadableStream.from([Buffer.from(content)]), most))
  assert.deepEqual(await decode('data: x\n'), [])
  assert.deepEqual(await decode('data: x\r\n\r\nnonsense\n\nid\ndata\n\n'), [
    { id: null, name: 'message', data: 'x' },
    { id: '', name: 'message', data: '' },
  ])
  await assert.rejects(decode(`data: ${'x'.repeat(100)}`, 50), RangeError)
})

test('nothing in a name or an id can make another event', () => {
  const encoded = encodeEvent({ id: '1\ndata: evil', name: 'a\n\ndata: b', data: 'x' })
  assert.equal(encoded, 'event: a  data: b\nid: 1 data: evil\ndata: x\n\n')
})
