import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { jsonOf } from './body.ts'

function request(body: ReadableStream<Uint8Array> | string | null): Request {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  return new Request('http://x/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
}

test('a body that does not come is not waited for', async () => {
  const clock = new ManualClock()
  const never = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(Buffer.from('{')) })
  const read = jsonOf(request(never), { clock, limitMs: 1_000 })
  await waitFor('the limit to be set', () => clock.sleeping === 1)
  const rejected = assert.rejects(read, { code: 'request.too_slow' })
  await clock.advance(1_000)
  await rejected
})

test('no body is no JSON, and an empty one neither', async () => {
  const clock = new ManualClock()
  assert.equal(await jsonOf(request(null), { clock }), undefined)
  assert.equal(await jsonOf(request(''), { clock }), undefined)
  assert.deepEqual(await jsonOf(request('{"a":[1]}'), { clock }), { a: [1] })
  assert.equal(clock.sleeping, 0)
})

test('a body is measured while it comes, not by what it says of itself', async () => {
  const clock = new ManualClock()
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1
      controller.enqueue(new Uint8Array(100))
    },
  })
  await assert.rejects(jsonOf(request(endless), { clock, limitBytes: 1_000 }), { code: 'request.too_large' })
  assert.ok(sent < 20)
})
