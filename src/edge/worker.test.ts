import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { BoundSocket } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { ask, backend, gate, never, type Reply, rawConnect, route } from '../../test/helpers/edge.ts'
import { freePort } from '../../test/helpers/free-port.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { systemClock } from '../system/clock.ts'
import { EdgeClient } from './client.ts'

/** A real worker process, as the host starts it. */
async function start(directory: string, id: string, where: number | BoundSocket, ...flags: readonly string[]) {
  const isShared = where instanceof BoundSocket
  const port = isShared ? where.address().port : where
  const inherited = isShared ? ['--listen-fd', '3'] : []
  const socketPath = join(directory, `${id}.sock`)
  const words = ['--id', id, '--socket', socketPath, '--state', join(directory, `${id}.json`)]
  const child = spawn(
    process.execPath,
    ['src/edge.ts', ...words, '--listen', `127.0.0.1:${port}`, ...inherited, ...flags],
    {
      env: { SIGNALBOX_EDGE_TOKEN: 'shared-by-the-workers' },
      stdio: ['ignore', 'ignore', 'ignore', ...(isShared ? [where.fd()] : [])],
    },
  )
  const client = await waitFor(
    'the worker',
    () => EdgeClient.connect({ socketPath, clock: systemClock, connectMs: 1_000 }, never).catch(() => null), // not there yet
  )
  return { child, client, id }
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** Visitors that come, ask once and leave, again and again. */
function comers(port: number, count: number) {
  return visitors(count, () => ask(port, { agent: false }))
}

/** Visitors that ask again and again on connections that they keep. */
function keepers(port: number, count: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: count })
  return visitors(count, () => ask(port, { agent }))
}

function visitors(count: number, visit: () => Promise<Reply>) {
  const failures: string[] = []
  let answered = 0
  let goesOn = true
  const work = Array.from({ length: count }, async () => {
    while (goesOn) {
      await visit().then(
        (answer) => (answer.status === 200 ? answered++ : failures.push(String(answer.status))),
        (error: NodeJS.ErrnoException) => failures.push(error.code ?? error.message),
      )
    }
  })
  const end = async () => {
    goesOn = false
    await Promise.all(work)
  }
  return { failures, answered: () => answered, end }
}

/** Kills one of two workers again and again under load; gives how the visitors fared who were hurt by it. */
async function killUnderLoad(where: number | BoundSocket, kills: number, width: number): Promise<readonly string[]> {
  await using directory = await tempDir()
  await using app = await backend({ name: 'app' })
  const steady = await start(directory.path, 'edge-1', where)
  let other = await start(directory.path, 'edge-2', where)
  for (const { client } of [steady, other]) await client.call('route', route([app]), never)
  const coming = comers(where instanceof BoundSocket ? where.address().port : where, width)
  try {
    for (let round = 0; round < kills; round++) {
      await waitFor('both to serve', async () => {
        const traffic = await other.client.call('traffic', { track: 'shop/web/production' }, never)
        return traffic.requests.served > 20
      })
      await kill(other.child, 'SIGKILL')
      const before = coming.answered()
      await waitFor('the other worker to serve on', () => coming.answered() > before + 50)
      other = await start(directory.path, 'edge-2', where)
      assert.deepEqual(await other.client.call('routes', {}, never), [route([app])])
    }
  } finally {
    await coming.end()
    await kill(steady.child, 'SIGKILL')
    await kill(other.child, 'SIGKILL')
  }
  return coming.failures
}

/** The connection broke, which is all that a killed process can say. */
const broken = new Set(['ECONNRESET', 'EPIPE'])

test('a killed worker costs what it was answering, and is back with its routes without anybody’s help', async () => {
  using bound = new BoundSocket({ host: '127.0.0.1', reusePort: true })
  const failures = await killUnderLoad(bound, 3, 6)
  assert.ok(failures.length <= 3 * 6, `${failures.length} failed`)
  assert.deepEqual(
    failures.filter((failure) => !broken.has(failure)),
    [],
  )
})

test('with a socket of its own each, a killed worker leaves the port to the others: nobody is refused', async () => {
  const failures = await killUnderLoad(await freePort(), 2, 6)
  assert.deepEqual(
    failures.filter((failure) => !broken.has(failure)),
    [],
  )
})

test('a worker told to stop accepts no more, finishes what is in flight, tells the others to come again, and exits', async () => {
  await using directory = await tempDir()
  const port = await freePort()
  const open = gate()
  await using app = await backend({
    name: 'app',
    handle: (request, response) => (request.url === '/long' ? open.handle(request, response) : response.end('app')),
  })
  const { child, client } = await start(directory.path, 'edge-1', port)
  try {
    await client.call('route', route([app]), never)
    using idle = await rawConnect(port)
    const agent = new Agent({ keepAlive: true })
    await ask(port, { agent })
    const long = ask(port, { agent: false, path: '/long' })
    await waitFor('request', () => open.open.length === 1)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await waitFor('it to accept no more', () =>
      ask(port, { agent: false }).then(
        () => false,
        () => true,
      ),
    )
    const last = await ask(port, { agent })
    assert.deepEqual([last.body, last.headers.connection], ['app', 'close'], 'one more, and then no more')
    open.open[0]!.end('done')
    assert.equal((await long).body, 'done')
    assert.deepEqual(await exited, [0, null])
    assert.equal(await idle.closed, '')
    agent.destroy()
  } finally {
    await kill(child, 'SIGKILL')
  }
})

test('at the stop limit what is left is cut', async () => {
  await using directory = await tempDir()
  const open = gate()
  await using app = await backend({ name: 'app', handle: open.handle })
  const port = await freePort()
  const { child, client } = await start(directory.path, 'edge-1', port)
  try {
    await client.call('route', route([app]), never)
    const long = ask(port, { agent: false })
    await waitFor('request', () => open.open.length === 1)
    const exited = once(child, 'exit')
    assert.deepEqual(await client.call('stop', { limitMs: 100 }, never), { cut: 1 })
    assert.equal((await long).status, 503)
    assert.deepEqual(await exited, [0, null])
  } finally {
    await kill(child, 'SIGKILL')
  }
})

test('a new worker beside others is held back until it knows the routes, an old one with a state is not', async () => {
  await using directory = await tempDir()
  const port = await freePort()
  await using app = await backend({ name: 'app' })
  const first = await start(directory.path, 'edge-1', port, '--hold')
  try {
    assert.equal((await first.client.call('hello', {}, never)).listen.port, 0)
    await assert.rejects(ask(port, { agent: false }), { code: 'ECONNREFUSED' })
    await first.client.call('route', route([app]), never)
    assert.deepEqual(await first.client.call('open', {}, never), { port })
    assert.deepEqual(await first.client.call('open', {}, never), { port })
    assert.equal((await ask(port, { agent: false })).body, 'app')
    await kill(first.child, 'SIGKILL')
    const again = await start(directory.path, 'edge-1', port, '--hold')
    assert.equal((await ask(port, { agent: false })).body, 'app')
    await kill(again.child, 'SIGKILL')
  } finally {
    await kill(first.child, 'SIGKILL')
  }
})

test('workers replaced one by one under load, on a socket they share, lose nothing', async () => {
  await using directory = await tempDir()
  using bound = new BoundSocket({ host: '127.0.0.1', reusePort: true })
  const { port } = bound.address()
  await using app = await backend({ name: 'app' })
  let current = await start(directory.path, 'edge-0', bound)
  await current.client.call('route', route([app]), never)
  const [kept, fresh] = [keepers(port, 4), comers(port, 4)]
  try {
    for (let round = 1; round <= 4; round++) {
      const next = await start(directory.path, `edge-${round}`, bound, '--hold')
      await next.client.call('route', route([app]), never)
      await next.client.call('open', {}, never)
      const exited = once(current.child, 'exit')
      await current.client.call('stop', { limitMs: 10_000 }, never)
      await exited
      const before = kept.answered() + fresh.answered()
      await waitFor('the new worker to serve', () => kept.answered() + fresh.answered() > before + 50)
      current = next
    }
  } finally {
    await Promise.all([kept.end(), fresh.end()])
    await kill(current.child, 'SIGKILL')
  }
  assert.deepEqual([...kept.failures, ...fresh.failures], [])
})

test('while the host holds the shared socket, visitors wait for a worker rather than be refused, even when all are killed', async () => {
  await using directory = await tempDir()
  using bound = new BoundSocket({ host: '127.0.0.1', reusePort: true })
  const { port } = bound.address()
  await using app = await backend({ name: 'app' })
  const first = await start(directory.path, 'edge-1', bound)
  try {
    await first.client.call('route', route([app]), never)
    await kill(first.child, 'SIGKILL')
    const asked = Promise.all([1, 2, 3].map(() => ask(port, { agent: false })))
    const again = await start(directory.path, 'edge-1', bound)
    assert.deepEqual(
      (await asked).map((answer) => answer.body),
      ['app', 'app', 'app'],
    )
    await kill(again.child, 'SIGKILL')
  } finally {
    await kill(first.child, 'SIGKILL')
  }
})

test('a worker started with the wrong words says how it is started', async () => {
  const child = spawn(process.execPath, ['src/edge.ts', '--id', 'x', '--listen', 'nowhere'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (part) => {
    said += part
  })
  assert.deepEqual(await once(child, 'close'), [1, null])
  assert.match(
    said,
    /^edge: The request is not valid: usage: edge --id NAME --socket PATH --state FILE --listen HOST:PORT/,
  )
})
