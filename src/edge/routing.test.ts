import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { ask, type Backend, backend, type Edge, edge, gate, never, rawConnect, route } from '../../test/helpers/edge.ts'
import { freePort } from '../../test/helpers/free-port.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { readText } from '../system/files.ts'

const head = 'Host: shop.example\r\n'
const track = 'shop/web/production'
const version = '/.well-known/signalbox/version'

async function traffic(worker: Edge) {
  return await worker.client.call('traffic', { track }, never)
}

/** Visitors that keep their connections and ask again and again, until told to stop. */
function load(port: number, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const failures: string[] = []
  let answered = 0
  let goesOn = true
  const visitors = Array.from({ length: connections }, async (_, n) => {
    while (goesOn) {
      try {
        const method = n % 3 === 0 ? 'POST' : 'GET'
        const answer = await ask(port, { agent, method, ...(method === 'POST' ? { body: 'x' } : {}) })
        if (answer.status === 200) answered++
        else failures.push(`${answer.status} ${answer.body}`)
      } catch (error) {
        failures.push(String(error))
      }
    }
  })
  return {
    failures,
    answered: () => answered,
    end: async () => {
      goesOn = false
      await Promise.all(visitors)
      agent.destroy()
    },
  }
}

test('fifty changes of release under constant load lose no request, and every old instance drains to zero', async () => {
  await using worker = await edge()
  const slow = (name: string) =>
    backend({ name, handle: (_request, response) => void setTimeout(() => response.end(name), 2) })
  let old = [await slow('r0-1'), await slow('r0-2')]
  await worker.client.call('route', route(old), never)
  const visitors = load(worker.port, 12)
  try {
    for (let release = 1; release <= 50; release++) {
      const fresh = [await slow(`r${release}-1`), await slow(`r${release}-2`)]
      const before = visitors.answered()
      await worker.client.call('route', route(fresh, { deployment: `d${release}` }), never)
      const order = { track, instances: old.map((one) => one.name), limitMs: 5_000, upgradedLimitMs: 0 }
      const accounts = await worker.client.call('drain', order, never)
      assert.ok(accounts.every((account) => account.cut === 0 && account.msToZero < 5_000))
      for (const one of old) await one[Symbol.asyncDispose]()
      old = fresh
      await waitFor('the new release to serve', () => visitors.answered() > before + 20)
    }
  } finally {
    await visitors.end()
    for (const one of old) await one[Symbol.asyncDispose]()
  }
  assert.deepEqual(visitors.failures, [])
  const { requests, byRelease } = await traffic(worker)
  assert.equal(requests.served, visitors.answered())
  assert.equal(requests.refused + requests.cut + requests.retried + requests.clientGone, 0)
  assert.ok(requests.served > 1_000)
  assert.equal(Object.values(byRelease).reduce((sum, counts) => sum + counts.served, 0) <= requests.served, true)
})

test('a visitor moves to the new release between two requests, on the same connection', async () => {
  await using old = await backend({ name: 'old' })
  await using fresh = await backend({ name: 'fresh' })
  await using worker = await edge()
  await worker.client.call('route', route([old]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('old', () => visitor.text().endsWith('old'))
  await worker.client.call('route', route([fresh]), never)
  await waitFor('the idle connection to the old instance to close', () => old.sockets.size === 0, 1_000)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('fresh', () => visitor.text().endsWith('fresh'))
})

test('a long answer ends on the old release while new requests go to the new one', async () => {
  const open = gate()
  await using old = await backend({ name: 'old', handle: open.handle })
  await using fresh = await backend({ name: 'fresh' })
  await using worker = await edge()
  await worker.client.call('route', route([old]), never)
  const agent = new Agent({ keepAlive: true })
  const long = ask(worker.port, { agent })
  await waitFor('request', () => open.open.length === 1)
  open.open[0]!.write('long ')
  const { removed } = await worker.client.call('route', route([fresh]), never)
  assert.deepEqual(removed, [{ instance: 'old', inFlight: 1, upgraded: 0 }])
  assert.equal((await ask(worker.port, { agent: false })).body, 'fresh')
  const drained = worker.client.call('drain', drainOf('old', 10_000), never)
  open.open[0]!.end('answer')
  assert.equal((await long).body, 'long answer')
  const [account] = await drained
  assert.deepEqual({ ...account, msToZero: 0 }, { instance: 'old', inFlight: 1, upgraded: 0, msToZero: 0, cut: 0 })
  assert.ok(account!.msToZero > 0)
  await waitFor('the connection to the old instance to close', () => old.sockets.size === 0, 1_000)
  assert.equal((await ask(worker.port, { agent })).body, 'fresh')
  agent.destroy()
})

function drainOf(instance: string, limitMs: number, upgradedLimitMs = limitMs) {
  return { track, instances: [instance], limitMs, upgradedLimitMs }
}

test('at the drain limit what is left is cut: with a 503 when nothing was answered yet, visibly broken otherwise', async () => {
  const open = gate()
  await using old = await backend({ name: 'old', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([old]), never)
  const silent = ask(worker.port, { agent: false })
  const begun = ask(worker.port, { agent: false })
  await waitFor('requests', () => open.open.length === 2)
  const first = open.open.find((response) => response.req.socket.remotePort !== undefined)
  first!.write('begun')
  await waitFor(
    'the begun answer to reach its visitor',
    async () => (await traffic(worker)).inFlight[0]!.inFlight === 2,
  )
  await worker.client.call('route', route([]), never)
  const [account] = await worker.client.call('drain', drainOf('old', 150), never)
  const ends = await Promise.allSettled([silent, begun])
  assert.equal(ends.filter((end) => end.status === 'rejected').length, 1)
  assert.deepEqual(
    ends.filter((end) => end.status === 'fulfilled').map((end) => end.value.status),
    [503],
  )
  assert.deepEqual({ ...account, msToZero: 0 }, { instance: 'old', inFlight: 2, upgraded: 0, msToZero: 0, cut: 2 })
  assert.ok(account!.msToZero >= 145 && account!.msToZero < 1_000, `${account!.msToZero} ms`)
  const { requests, lost } = await traffic(worker)
  assert.deepEqual([requests.cut, requests.refused, lost.length], [2, 0, 2])
})

test('a tunnel has a drain limit of its own', async () => {
  await using old = await backend({ name: 'old' })
  await using worker = await edge()
  await worker.client.call('route', route([old]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET /ws HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  await waitFor('101', () => visitor.text().endsWith('\r\n\r\n'))
  await worker.client.call('route', route([]), never)
  const drained = worker.client.call('drain', drainOf('old', 50, 400), never)
  visitor.socket.write('still there')
  await waitFor('echo', () => visitor.text().endsWith('still there'))
  await visitor.closed
  const [account] = await drained
  assert.deepEqual({ ...account, msToZero: 0 }, { instance: 'old', inFlight: 1, upgraded: 1, msToZero: 0, cut: 1 })
  assert.ok(account!.msToZero >= 395)
})

test('a drain asked for again gives the same account, and one of an instance never heard of gives zeros', async () => {
  const open = gate()
  await using old = await backend({ name: 'old', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([old]), never)
  const asked = ask(worker.port, { agent: false })
  await waitFor('request', () => open.open.length === 1)
  await worker.client.call('route', route([]), never)
  const both = Promise.all([
    worker.client.call('drain', drainOf('old', 5_000), never),
    worker.client.call('drain', drainOf('old', 5_000), never),
  ])
  open.open[0]!.end()
  await asked
  const [one, two] = await both
  assert.deepEqual(one, two)
  assert.deepEqual(await worker.client.call('drain', drainOf('old', 5_000), never), one)
  assert.deepEqual(await worker.client.call('drain', drainOf('stranger', 5_000), never), [
    { instance: 'stranger', inFlight: 0, upgraded: 0, msToZero: 0, cut: 0 },
  ])
})

test('an instance in the routing is not drained, also when it comes back while a drain waits', async () => {
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  await assert.rejects(worker.client.call('drain', drainOf('app', 0), never), { code: 'edge.still_routed' })
  const asked = ask(worker.port, { agent: false })
  await waitFor('request', () => open.open.length === 1)
  await worker.client.call('route', route([]), never)
  const drained = worker.client.call('drain', drainOf('app', 60_000), never)
  await worker.client.call('route', route([app]), never)
  await assert.rejects(drained, { code: 'edge.still_routed' })
  open.open[0]!.end('kept')
  assert.equal((await asked).body, 'kept')
})

test('a drain whose asker leaves cuts nothing', async () => {
  const open = gate()
  await using old = await backend({ name: 'old', handle: open.handle })
  await using worker = await edge()
  await worker.client.call('route', route([old]), never)
  const asked = ask(worker.port, { agent: false })
  await waitFor('request', () => open.open.length === 1)
  await worker.client.call('route', route([]), never)
  const impatient = new AbortController()
  const drained = worker.client.call('drain', drainOf('old', 300), impatient.signal)
  impatient.abort(new Error('enough'))
  await assert.rejects(drained, /enough/)
  open.open[0]!.end('whole')
  assert.equal((await asked).body, 'whole')
})

test('unknown names get 404, a track without instances 503 and Retry-After, and both keep the connection', async () => {
  await using worker = await edge()
  await worker.client.call('route', route([]), never)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const unknown = await ask(worker.port, { agent, headers: { host: 'other.example' } })
  const empty = await ask(worker.port, { agent })
  agent.destroy()
  assert.deepEqual([unknown.status, unknown.headers.connection], [404, undefined])
  assert.deepEqual([empty.status, empty.headers['retry-after'], empty.headers.connection], [503, '1', undefined])
  const { requests, lost } = await traffic(worker)
  assert.equal(requests.refused, 1, 'the unknown name is nobody’s')
  assert.deepEqual([lost[0]!.why, lost[0]!.instance], ['no instance in the routing', null])
})

test('the host is found in any letter case, with a port or a dot at its end', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  for (const host of ['SHOP.Example', 'shop.example:8080', 'shop.example.', 'Shop.example.:1']) {
    assert.equal((await ask(worker.port, { headers: { host } })).status, 200, host)
  }
})

test('a track with a port of its own is reached there under any name, and its port closes with it', async () => {
  const port = await freePort()
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { hosts: [], port }), never)
  assert.equal((await ask(port, { agent: false, headers: { host: 'whatever' } })).body, 'app')
  assert.deepEqual((await worker.client.call('hello', {}, never)).ports, [port])
  await worker.client.call('unroute', { track }, never)
  await assert.rejects(ask(port, { agent: false }), { code: 'ECONNREFUSED' })
})

test('a host or a port belongs to one track only, and what is refused changes nothing', async () => {
  const port = await freePort()
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { port }), never)
  const other = { track: 'shop/web/staging' }
  const taken = worker.client.call('route', route([], { ...other, hosts: ['SHOP.example'] }), never)
  await assert.rejects(taken, {
    code: 'edge.host_taken',
    message: /SHOP.example already belongs to shop\/web\/production/,
  })
  const samePort = worker.client.call('route', route([], { ...other, hosts: [], port }), never)
  await assert.rejects(samePort, { code: 'edge.port_taken' })
  const main = worker.client.call('route', route([], { ...other, hosts: [], port: worker.port }), never)
  await assert.rejects(main, { code: 'edge.port_taken' })
  await using holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port: foreign } = holder.address() as { port: number }
  const held = worker.client.call('route', route([], { ...other, hosts: [], port: foreign }), never)
  await assert.rejects(held, { code: 'edge.address_taken' })
  assert.deepEqual(
    (await worker.client.call('routes', {}, never)).map((one) => one.track),
    [track],
  )
})

test('the version is told for each track, with instances or without, to GET and HEAD only', async () => {
  await using worker = await edge()
  await worker.client.call('route', route([], { deployment: 'd7' }), never)
  const answer = await ask(worker.port, { path: `${version}?x=1` })
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
  assert.deepEqual(JSON.parse(answer.body), {
    ...{ release: 'v1', commit: 'c0ffee', environment: 'production', deployment: 'd7' },
  })
  assert.equal((await ask(worker.port, { path: version, method: 'HEAD' })).body, '')
  assert.equal((await ask(worker.port, { path: version, method: 'POST', body: 'x' })).status, 405)
  assert.equal((await ask(worker.port, { path: version, headers: { host: 'other' } })).status, 404)
  assert.equal((await traffic(worker)).requests.refused, 0)
})

test('with the token a request goes to exactly the instance named, in the routing or not, and is not counted', async () => {
  await using app = await backend({ name: 'app' })
  await using next = await backend({ name: 'next' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { candidates: [next.instance] }), never)
  const { token, confirmPort } = worker.hello
  for (const port of [worker.port, confirmPort]) {
    for (const name of ['app', 'next']) {
      const headers = { 'x-signalbox-instance': name, 'X-Signalbox-Token': token }
      const answer = await ask(port, { headers })
      assert.deepEqual([answer.body, answer.headers['x-signalbox-instance']], [name, name])
    }
  }
  const seen = [...app.requests, ...next.requests].flatMap((one) => Object.keys(one.headers))
  assert.ok(!seen.some((name) => name.startsWith('x-signalbox')))
  const unknown = { 'x-signalbox-instance': 'stranger', 'X-Signalbox-Token': token }
  assert.equal((await ask(worker.port, { headers: unknown })).status, 503)
  assert.equal((await traffic(worker)).requests.served, 0)
})

test('without the token the host’s own fields do nothing, and the private port answers nobody', async () => {
  await using app = await backend({ name: 'app' })
  await using next = await backend({ name: 'next' })
  await using worker = await edge()
  await worker.client.call('route', route([app], { candidates: [next.instance] }), never)
  for (const token of ['', 'guess', `${worker.hello.token}x`]) {
    const headers = { 'x-signalbox-instance': 'next', 'x-signalbox-probe': '1', 'x-signalbox-token': token }
    const answer = await ask(worker.port, { headers })
    assert.deepEqual([answer.body, answer.headers['x-signalbox-instance']], ['app', undefined])
    assert.equal((await ask(worker.hello.confirmPort, { headers })).status, 403)
  }
  const { requests, probes } = await traffic(worker)
  assert.deepEqual([requests.served, probes.served], [3, 0])
  assert.equal(next.requests.length, 0)
})

test('probes are counted apart from visitors', async () => {
  await using app = await backend({ name: 'app' })
  await using worker = await edge()
  await worker.client.call('route', route([app]), never)
  const headers = { 'x-signalbox-probe': '1', 'x-signalbox-token': worker.hello.token }
  await ask(worker.port, { headers })
  await worker.client.call('route', route([]), never)
  await ask(worker.port, { headers })
  const { requests, probes, byRelease, lost } = await traffic(worker)
  assert.deepEqual([probes.served, probes.refused, requests.served, requests.refused], [1, 1, 0, 0])
  assert.deepEqual([byRelease, lost.map((one) => one.why)], [{}, ['probe: no instance in the routing']])
})

test('requests are spread over the instances, first to those with less to do', async () => {
  const open = gate()
  const three = await Promise.all(['a', 'b', 'c'].map((name) => backend({ name, handle: open.handle })))
  await using worker = await edge()
  await worker.client.call('route', route(three), never)
  const asked = Array.from({ length: 9 }, () => ask(worker.port, { agent: false }))
  await waitFor('requests', () => open.open.length === 9)
  assert.deepEqual(
    three.map((one: Backend) => one.requests.length),
    [3, 3, 3],
  )
  for (const response of open.open) response.end()
  await Promise.all(asked)
  for (const one of three) await one[Symbol.asyncDispose]()
})

test('an instance found at another address is reached there, on a visitor’s old connection too', async () => {
  await using before = await backend({ name: 'app' })
  await using after = await backend({ name: 'app', handle: (_request, response) => response.end('moved') })
  await using worker = await edge()
  await worker.client.call('route', route([before]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('answer', () => visitor.text().endsWith('app'))
  const { removed } = await worker.client.call('route', route([after]), never)
  assert.deepEqual(removed, [])
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('answer', () => visitor.text().endsWith('moved'))
})

test('a request in flight while its instance moves ends where it was, and the next goes to the new address', async () => {
  const open = gate()
  await using before = await backend({ name: 'app', handle: open.handle })
  await using after = await backend({ name: 'app', handle: (_request, response) => response.end('moved') })
  await using worker = await edge()
  await worker.client.call('route', route([before]), never)
  using visitor = await rawConnect(worker.port)
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('request', () => open.open.length === 1)
  await worker.client.call('route', route([after]), never)
  open.open[0]!.end('stayed')
  await waitFor('answer', () => visitor.text().endsWith('stayed'))
  visitor.socket.write(`GET / HTTP/1.1\r\n${head}\r\n`)
  await waitFor('answer', () => visitor.text().endsWith('moved'), 1_000)
})

test('a route is stored before it is answered, for its owner alone', async () => {
  await using worker = await edge()
  const wanted = route([], { deployment: 'd9' })
  await worker.client.call('route', wanted, never)
  const path = join(worker.directory, 'state.json')
  const state = JSON.parse((await readText(path, 1_000_000)) ?? '')
  assert.deepEqual(state, { version: 1, routes: [wanted] })
  await worker.client.call('unroute', { track }, never)
  await worker.client.call('unroute', { track }, never)
  assert.deepEqual(JSON.parse((await readText(path, 1_000_000)) ?? '').routes, [])
  assert.deepEqual(await worker.client.call('routes', {}, never), [])
})

test('changes at the same time end in the last one asked for, in memory and on disk', async () => {
  await using worker = await edge()
  const wanted = Array.from({ length: 30 }, (_, n) => route([], { deployment: `d${n}` }))
  await Promise.all(wanted.map((one) => worker.client.call('route', one, never)))
  const [last] = await worker.client.call('routes', {}, never)
  assert.equal(last!.deployment, 'd29')
  const state = JSON.parse((await readText(join(worker.directory, 'state.json'), 1_000_000)) ?? '')
  assert.equal(state.routes[0].deployment, 'd29')
})
