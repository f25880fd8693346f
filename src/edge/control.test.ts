import assert from 'node:assert/strict'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { edge, never, route } from '../../test/helpers/edge.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { silent } from '../lib/log.ts'
import { systemClock } from '../system/clock.ts'
import { EdgeClient } from './client.ts'
import { defaultLimits } from './limits.ts'
import type { Route } from './protocol.ts'
import { Worker } from './worker.ts'

function settings(directory: string, port = 0) {
  return {
    id: 'edge-1',
    socketPath: join(directory, 'edge.sock'),
    statePath: join(directory, 'state.json'),
    listen: { host: '127.0.0.1', port },
    token: null,
    trustsForwarded: false,
    isHeld: false,
    listenFd: null,
    limits: defaultLimits,
  }
}

const outside = { clock: systemClock, log: silent }

test('only its owner may speak to the control socket', async () => {
  await using worker = await edge()
  const { mode } = await stat(join(worker.directory, 'edge.sock'))
  assert.equal(mode & 0o777, 0o600)
  const { token, isStopping, pid, confirmPort } = worker.hello
  assert.ok(token.length > 40)
  assert.deepEqual([isStopping, pid, confirmPort === worker.port], [false, process.pid, false])
})

test('a verb that is not there, and words that make no sense, are refused with the reason', async () => {
  await using worker = await edge()
  const call = worker.client.call.bind(worker.client) as (
    verb: string,
    params: unknown,
    s: AbortSignal,
  ) => Promise<unknown>
  const bad: readonly [string, unknown, RegExp][] = [
    ['fly', {}, /there is no verb fly/],
    ['constructor', {}, /there is no verb constructor/],
    ['route', null, /route must be an object, not null/],
    ['route', { ...route([]), hosts: 'shop' }, /route.hosts must be a list, not "shop"/],
    ['route', { ...route([]), port: 70_000 }, /route.port must be a port, not 70000/],
    ['route', { ...route([]), instances: [{ name: 'a' }] }, /route.instances\[0\].address must be text, not nothing/],
    ['route', { ...route([]), release: 1 }, /route.release must be an object, not 1/],
    [
      'drain',
      { track: 't', instances: ['a'], limitMs: -1, upgradedLimitMs: 0 },
      /drain.limitMs must be a whole number/,
    ],
    ['traffic', {}, /params.track must be text, not nothing/],
  ]
  for (const [verb, params, message] of bad) {
    await assert.rejects(call(verb, params, never), { name: 'Fault', code: 'request.invalid', message })
  }
  const twin = { name: 'a', address: '127.0.0.1', port: 1, digest: '', version: '' }
  await assert.rejects(call('route', { ...route([]), instances: [twin, twin] }, never), /names an instance twice/)
})

test('a line that is no request ends its connection and no other', async () => {
  await using worker = await edge()
  for (const line of ['nonsense\n', '{}\n', 'null\n', '{"id":1}\n']) {
    const socket = connect(join(worker.directory, 'edge.sock'))
    const isClosed = once(socket, 'close')
    socket.write(line)
    await isClosed
  }
  assert.equal((await worker.client.call('hello', {}, never)).id, 'edge-1')
})

test('answers come when they are ready, not in the order of the questions', async () => {
  await using worker = await edge()
  const order: string[] = []
  const slow = worker.client.call('route', route([]), never).then(() => order.push('route'))
  const fast = worker.client.call('hello', {}, never).then(() => order.push('hello'))
  await Promise.all([slow, fast])
  assert.deepEqual(order, ['hello', 'route'])
})

test('a worker that is not there, or goes away, is unreachable, and that is temporary', async () => {
  await using directory = await tempDir()
  const options = { socketPath: join(directory.path, 'no.sock'), clock: systemClock, connectMs: 1_000 }
  await assert.rejects(EdgeClient.connect(options, never), { code: 'edge.unreachable', temporary: true })
  const worker = await Worker.start(settings(directory.path), outside)
  const client = await EdgeClient.connect({ ...options, socketPath: join(directory.path, 'edge.sock') }, never)
  await worker.stop(0)
  await worker.done
  await assert.rejects(client.call('hello', {}, never), { code: 'edge.unreachable' })
  await waitFor('the client to know', () => !client.isOpen)
})

test('a second worker does not take the socket of a living one, and takes that of a dead one', async () => {
  await using worker = await edge()
  await assert.rejects(Worker.start(settings(worker.directory), outside), { code: 'edge.running' })
  assert.equal((await worker.client.call('hello', {}, never)).id, 'edge-1')
  await using directory = await tempDir()
  await writeFile(join(directory.path, 'edge.sock'), '')
  const late = await Worker.start(settings(directory.path), outside)
  await late.stop(0)
  await late.done
})

test('a state file that cannot be read is not the end: the worker starts empty and says so', async () => {
  await using directory = await tempDir()
  for (const text of ['', '{', '[]', '{"version":9,"routes":[]}', '{"version":1,"routes":[{}]}']) {
    await writeFile(join(directory.path, 'state.json'), text)
    const errors: string[] = []
    const log = { ...silent, error: (sentence: string) => void errors.push(sentence) }
    const worker = await Worker.start(settings(directory.path), { clock: systemClock, log })
    await worker.stop(0)
    await worker.done
    assert.deepEqual(errors, ['the state file cannot be used; starting without routes'], text)
  }
})

test('a route that cannot be stored is not in force, and its port is closed again', async () => {
  await using directory = await tempDir()
  const worker = await Worker.start(
    { ...settings(directory.path), statePath: join(directory.path, 'no', 'state') },
    outside,
  )
  const client = await EdgeClient.connect(
    { socketPath: join(directory.path, 'edge.sock'), clock: systemClock, connectMs: 1_000 },
    never,
  )
  const wanted: Route = route([])
  await assert.rejects(client.call('route', wanted, never), { code: 'internal.bug' })
  assert.deepEqual(await client.call('routes', {}, never), [])
  await worker.stop(0)
  await worker.done
})

test('an address that somebody else has is told as such', async () => {
  await using directory = await tempDir()
  await using holder = await edge()
  const { confirmPort } = holder.hello
  await assert.rejects(Worker.start(settings(directory.path, confirmPort), outside), {
    code: 'edge.address_taken',
    message: new RegExp(`127.0.0.1:${confirmPort}`),
  })
})
