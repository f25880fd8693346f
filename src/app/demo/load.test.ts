import assert from 'node:assert/strict'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import { freePort } from '../../../test/helpers/free-port.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { systemClock } from '../../system/clock.ts'
import { type LoadPlan, startLoad } from './load.ts'
import { percentile } from './load-report.ts'
import type { Shape } from './load-request.ts'

const plain: Shape = {
  name: 'get',
  weight: 1,
  method: 'GET',
  path: '/',
  headers: {},
  body: null,
  keepAlive: true,
  leaveAfterMs: null,
  latencyCounts: true,
}

test('requests leave at the rate asked for, and the load ends by itself', async (t) => {
  const port = await serve(t, (_, response) => response.end('ok'))
  await using load = startLoad(planFor(port, { ratePerS: 200, durationMs: 500 }), systemClock)
  await load.ended
  const report = load.report()
  assert.equal(report.sent, 100)
  assert.equal(report.answered, 100)
  assert.deepEqual(report.failed, [])
  assert.ok(report.outcomes.some(({ reused }) => reused))
})

test('a stall of the server shows in every request it held up', async (t) => {
  let stalledUntil = 0
  const port = await serve(t, (_, response) => {
    if (stalledUntil === 0) stalledUntil = performance.now() + 300
    setTimeout(() => response.end('ok'), Math.max(stalledUntil - performance.now(), 0))
  })
  await using load = startLoad(planFor(port, { ratePerS: 100, durationMs: 400, connections: 1 }), systemClock)
  const { phases } = await finished(load)
  // One connection: whoever waits for it has waited since it wanted to leave, so half of them saw the stall.
  assert.ok((phases.before?.p50Ms ?? 0) > 50, `p50 was ${phases.before?.p50Ms}`)
  assert.ok((phases.before?.maxMs ?? 0) >= 290)
})

test('a server that waits for each answer before it takes the next does not slow the arrivals down', async (t) => {
  const port = await serve(t, (_, response) => setTimeout(() => response.end(), 100))
  await using load = startLoad(planFor(port, { ratePerS: 100, durationMs: 300, connections: 2 }), systemClock)
  assert.equal((await finished(load)).sent, 30)
})

test('statuses, resets, hangs and half answers are failures of their own kind', async (t) => {
  const port = await serve(t, (request, response) => misbehave[request.url ?? '']?.(response))
  const mix = Object.keys(misbehave).map((path) => ({ ...plain, name: path, path }))
  const plan = planFor(port, { mix, ratePerS: 100, durationMs: mix.length * 10, timeoutMs: 200 })
  await using load = startLoad(plan, systemClock)
  const { failed, answered } = await finished(load)
  const told = Object.fromEntries(failed.map(({ shape, status, error }) => [shape, { status, error }]))
  assert.deepEqual(told, {
    '/500': { status: 500, error: null },
    '/404': { status: 404, error: null },
    '/reset': { status: null, error: 'ECONNRESET' },
    '/hang': { status: null, error: 'timeout' },
    '/half': { status: 200, error: 'ECONNRESET' },
    '/half-hang': { status: 200, error: 'timeout' },
    '/garbage': { status: null, error: 'HPE_INVALID_CONSTANT' },
  })
  assert.equal(answered, 0)
})

test('nobody listening is counted, not thrown', async (t) => {
  const port = await serve(t, (_, response) => response.end())
  const gone = await freePort()
  assert.notEqual(port, gone)
  await using load = startLoad(planFor(gone, { ratePerS: 100, durationMs: 50 }), systemClock)
  const { failed } = await finished(load)
  assert.deepEqual([...new Set(failed.map(({ error }) => error))], ['ECONNREFUSED'])
})

test('phases are told apart by when a request should have left, and may be taken up again', async (t) => {
  const port = await serve(t, (_, response) => response.end())
  await using load = startLoad(planFor(port, { ratePerS: 100, durationMs: 10_000 }), systemClock)
  await waitFor('the load to get there', () => (load.report().phases.before?.answered ?? 0) >= 5)
  load.mark('during')
  await waitFor('the load to get there', () => (load.report().phases.during?.answered ?? 0) >= 5)
  load.mark('before')
  const before = load.report().phases.before?.answered ?? 0
  await waitFor('the load to get there', () => (load.report().phases.before?.answered ?? 0) > before)
  const report = await load.finish()
  assert.deepEqual(Object.keys(report.phases), ['before', 'during'])
  assert.equal(report.sent, report.answered)
})

test('releases are told by a header, or by whatever the plan looks at', async (t) => {
  let release = 'v1'
  const port = await serve(t, (_, response) => response.setHeader('x-release', release).end(`{"version":"${release}"}`))
  const byHeader = startLoad(planFor(port, { ratePerS: 100, durationMs: 10_000 }), systemClock)
  await waitFor('the load to get there', () => byHeader.report().releases.length === 1)
  release = 'v2'
  await waitFor('the load to get there', () => byHeader.report().releases.length === 2)
  assert.deepEqual(
    (await byHeader.finish()).releases.map((seen) => seen.release),
    ['v1', 'v2'],
  )
  const releaseOf = ({ body }: { body: string }) => (JSON.parse(body) as { version: string }).version
  await using byBody = startLoad(planFor(port, { ratePerS: 100, durationMs: 50, releaseOf }), systemClock)
  assert.deepEqual((await finished(byBody)).releases, [{ release: 'v2', requests: 5, firstMs: 0, lastMs: 40 }])
})

test('a stream that the visitor leaves has been answered; one that breaks off has not', async (t) => {
  const port = await serve(t, (request, response) => {
    response.write('data: 1\n\n')
    if (request.url === '/broken') setTimeout(() => response.destroy(), 20)
    if (request.url === '/ends') setTimeout(() => response.end(), 20)
  })
  const mix = ['/open', '/broken', '/ends'].map((path) => ({ ...plain, name: path, path, leaveAfterMs: 100 }))
  await using load = startLoad(planFor(port, { mix, ratePerS: 100, durationMs: 90 }), systemClock)
  const { failed, answered } = await finished(load)
  assert.equal(answered, 6)
  assert.deepEqual(
    failed.map(({ shape }) => shape),
    ['/broken', '/broken', '/broken'],
  )
})

test('the mix is kept in proportion, and bodies and single-use connections arrive as such', async (t) => {
  const seen: string[] = []
  const port = await serve(t, (request, response) => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    request.on('end', () => {
      seen.push(`${request.method} ${request.headers.host} ${request.headers.connection} ${bytes}`)
      response.end()
    })
  })
  const mix: Shape[] = [
    { ...plain, weight: 8 },
    { ...plain, name: 'close', weight: 1, keepAlive: false },
    { ...plain, name: 'post', weight: 1, method: 'POST', body: 'x'.repeat(65_536) },
  ]
  const plan = planFor(port, { mix, ratePerS: 200, durationMs: 500, hostHeader: 'shop.localhost' })
  await using load = startLoad(plan, systemClock)
  assert.equal((await finished(load)).answered, 100)
  const count = (line: string) => seen.filter((other) => other === line).length
  assert.equal(count('GET shop.localhost keep-alive 0'), 80)
  assert.equal(count('GET shop.localhost close 0'), 10)
  assert.equal(count('POST shop.localhost keep-alive 65536'), 10)
})

test('too many unanswered requests fail at once instead of piling up', async (t) => {
  const port = await serve(t, (_, response) => void response)
  const plan = planFor(port, { ratePerS: 100, durationMs: 200, maxInFlight: 5, timeoutMs: 300 })
  await using load = startLoad(plan, systemClock)
  const { failed } = await finished(load)
  assert.equal(failed.filter(({ error }) => error === 'timeout').length, 5)
  assert.equal(failed.filter(({ error }) => error === 'not sent: too many unanswered').length, 15)
})

test('disposing ends it at once, also with requests that hang', async (t) => {
  const port = await serve(t, (_, response) => void response)
  const load = startLoad(planFor(port, { ratePerS: 100, durationMs: 60_000 }), systemClock)
  await waitFor('the load to get there', () => load.report().sent > 3)
  const start = performance.now()
  await load[Symbol.asyncDispose]()
  assert.ok(performance.now() - start < 1000)
  assert.ok(load.report().failed.every(({ error }) => error === 'cancelled'))
})

test('a percentile is a value that was measured', () => {
  assert.equal(percentile([], 0.5), null)
  assert.equal(percentile([7], 0.99), 7)
  assert.equal(percentile([4, 1, 3, 2], 0.5), 2)
  assert.equal(percentile([1, 2, 3, 4], 0.99), 4)
})

const misbehave: Record<string, (response: ServerResponse) => unknown> = {
  '/500': (response) => response.writeHead(500).end('no'),
  '/404': (response) => response.writeHead(404).end('no'),
  '/reset': (response) => response.socket?.destroy(),
  '/hang': () => undefined,
  '/half': (response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half')
    setTimeout(() => response.socket?.destroy(), 20)
  },
  '/half-hang': (response) => response.writeHead(200, { 'content-length': 100 }).write('half'),
  '/garbage': (response) => response.socket?.end('nonsense\r\n\r\n'),
}

function planFor(port: number, plan: Pick<LoadPlan, 'ratePerS' | 'durationMs'> & Partial<LoadPlan>): LoadPlan {
  return { host: '127.0.0.1', port, mix: [plain], timeoutMs: 5000, ...plan }
}

async function finished(load: ReturnType<typeof startLoad>) {
  await load.ended
  return load.report()
}

async function serve(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  t.after(() => server.closeAllConnections())
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
