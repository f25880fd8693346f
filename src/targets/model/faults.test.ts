import assert from 'node:assert/strict'
import test from 'node:test'
import { tickingClock } from '../../../test/simulation/kit/ticking.ts'
import { Fault } from '../../lib/fault.ts'
import { bareRouting, type InstanceSpec, type ReleaseOnTarget } from '../driver.ts'
import { modelDriver } from './driver.ts'
import { type Behaviour, calm, type Decider, type Fate, unruly, type Verb } from './options.ts'
import { ModelWorld } from './world.ts'

const track = 'shop/web/production'
const site = 'shop.example.test'
const release: ReleaseOnTarget = { digest: 'a'.repeat(64), version: 'v1', commit: 'b'.repeat(40), app: 'web' }

test('a call that breaks before its effect has none, one that breaks after it has', async () => {
  for (const [breaks, placed] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    await using world = await staged({ decider: forVerb('place', { breaks }) })
    await assert.rejects(world.place(1), isFault('target.unreachable'))
    assert.equal(world.host.instances.size, placed)
  }
})

test('a call that breaks silently is heard of no more, until the caller gives up', async () => {
  await using world = await staged({ decider: forVerb('place', { breaks: 'after', silent: true }) })
  const reason = new Error('limit')
  await assert.rejects(world.place(1, world.abortedAfter(5000, reason)), (error) => error === reason)
  assert.equal(world.host.instances.size, 1)
})

test('a late call takes effect after the caller has given up', async () => {
  await using world = await staged({ decider: forVerb('place', { requestMs: 60_000 }) })
  const reason = new Error('limit')
  await assert.rejects(world.place(1, world.abortedAfter(5000, reason)), (error) => error === reason)
  assert.equal(world.host.instances.size, 0)
  await world.clock.sleep(60_000)
  assert.equal(world.host.instances.size, 1)
})

test('a late call is refused when a newer one has passed it', async () => {
  await using world = await staged({ decider: firstOnly('place', { requestMs: 60_000 }) })
  const reason = new Error('limit')
  await assert.rejects(world.place(1, world.abortedAfter(5000, reason), 1), (error) => error === reason)
  await world.place(2)
  await world.driver.remove([stopOf(1), stopOf(2)], world.order(), world.signal)
  await world.clock.sleep(60_000)
  assert.equal(world.host.instances.size, 0)
})

test('a call that arrives twice has one effect, and the second changes nothing after a newer command', async () => {
  await using world = await staged({ decider: firstOnly('place', { againAfterMs: 2000 }) })
  await world.place(1)
  await world.driver.remove([stopOf(1)], world.order(), world.signal)
  await world.clock.sleep(5000)
  assert.equal(world.host.instances.size, 0)
})

test('a host that cannot be reached answers nothing, and its instances go on', async () => {
  let reachable = true
  await using world = await staged({ isReachable: () => reachable })
  await world.serve(1)
  reachable = false
  await assert.rejects(world.driver.observe(track, world.signal), isFault('target.unreachable'))
  assert.equal((await world.visit()).status, 200)
  reachable = true
  assert.equal((await world.driver.observe(track, world.signal)).instances.length, 1)
})

test('a machine that restarts loses its processes and starts the same instances again, healthy before they are visited', async () => {
  await using world = await staged()
  await world.serve(2)
  world.host.restartMachine(3000)
  assert.equal((await world.visit()).status, 503)
  await assert.rejects(world.driver.observe(track, world.signal), isFault('target.unreachable'))
  await world.clock.sleep(10_000)
  const { instances, routed } = await world.driver.observe(track, world.signal)
  assert.deepEqual(
    instances.map(({ state, restarts }) => [state, restarts]),
    [
      ['healthy', 1],
      ['healthy', 1],
    ],
  )
  assert.equal(routed.length, 2)
  assert.equal((await world.visit()).status, 200)
})

test('a machine that restarts remembers the newest command number', async () => {
  await using world = await staged()
  await world.place(1, world.signal, 50)
  world.host.restartMachine(100)
  await world.clock.sleep(5000)
  await assert.rejects(world.place(2, world.signal, 49), isFault('target.fenced'))
})

test('a machine that restarts ends a command that runs there, and tells so instead of running it again', async () => {
  await using world = await staged()
  world.world.teach('migrate', { lines: [], endsAfterMs: 10_000, exitCode: 0 })
  const oneOff = {
    name: 'd1-migrate',
    track,
    release,
    argv: ['migrate'],
    env: {},
    directory: '.',
    shared: [],
    timeoutMs: 60_000,
  }
  const first = world.driver.run(oneOff, world.order(), () => {}, world.signal)
  const lost = assert.rejects(first, isFault('target.unreachable'))
  await world.clock.sleep(1000)
  world.host.restartMachine(500)
  await lost
  await world.clock.sleep(2000)
  const { exitCode, signal } = await world.driver.run(oneOff, world.order(), () => {}, world.signal)
  assert.deepEqual([exitCode, signal], [null, 'SIGKILL'])
  assert.equal(world.executed(), 1)
})

test('a supervisor that restarts costs no visitor anything, and takes care of what crashed meanwhile', async () => {
  await using world = await staged()
  await world.serve(2)
  world.host.restartSupervisor(2000)
  world.host.instances.get('d1-web-1')?.exit('SIGKILL')
  assert.equal((await world.visit()).status, 200)
  await world.clock.sleep(5000)
  const { instances } = await world.driver.observe(track, world.signal)
  assert.deepEqual(
    instances.map(({ state }) => state),
    ['healthy', 'healthy'],
  )
})

test('an edge worker that dies breaks the requests it held', async () => {
  await using world = await staged()
  await world.serve(1)
  const visit = world.host.edge.visit(site, { takesMs: 1000 })
  await world.clock.sleep(10)
  world.host.edge.loseWorker(world.host.instances.values(), () => true)
  assert.equal((await visit).status, 0)
  assert.equal((await world.visit()).status, 200)
})

test('an instance stopped by hand stays down until it is placed again', async () => {
  await using world = await staged()
  await world.serve(1)
  world.host.instances.get('d1-web-1')?.halt()
  await world.clock.sleep(60_000)
  assert.equal((await world.driver.observe(track, world.signal)).instances[0]?.state, 'exited')
  await world.place(1)
  assert.equal((await world.driver.observe(track, world.signal)).instances[0]?.state, 'healthy')
})

test('a release that flaps is healthy and unhealthy by turns, and gets visitors only while it is healthy', async () => {
  await using world = await staged({ behaviour: { flaps: { goodMs: 3000, badMs: 2000 } } })
  await world.serve(1)
  const statuses = new Set<number>()
  for (let second = 0; second < 20; second += 1) {
    statuses.add((await world.visit()).status)
    await world.clock.sleep(1000)
  }
  assert.deepEqual([...statuses].sort(), [200, 503])
})

test('an unruly decider draws equally often for every call, so that one call does not change the fate of the next', () => {
  const rates = { before: 0.2, after: 0.2, silent: 0.5, twice: 0.3, typicalMs: 10, worstMs: 90_000, late: 0.1 }
  let draws = 0
  const decide = unruly(() => {
    draws += 1
    return ((draws * 7919) % 1000) / 1000
  }, rates)
  const counts = new Set<number>()
  for (let call = 0; call < 200; call += 1) {
    const before = draws
    decide('place')
    counts.add(draws - before)
  }
  assert.equal(counts.size, 1)
})

interface Wish {
  readonly decider?: Decider
  readonly behaviour?: Partial<Behaviour>
  readonly isReachable?: () => boolean
}

/** A world with one host on which the release is prepared. */
async function staged({ decider = calm, behaviour = {}, isReachable = () => true }: Wish = {}) {
  const ticking = tickingClock()
  const { clock } = ticking
  let executed = 0
  const world = new ModelWorld({
    clock,
    watch: ({ what }) => {
      if (what === 'executed') executed += 1
    },
  })
  const host = world.host('host')
  const driver = modelDriver({ world, host, decider, isReachable })
  const { signal } = new AbortController()
  let number = 100
  const order = () => ({ track, number: ++number })
  world.publish(release, behaviour)
  await host.prepare(release, { track, number: 1 })
  const place = (index: number, until = signal, given?: number) =>
    driver.place([specOf(index)], given === undefined ? order() : { track, number: given }, until)
  return {
    ...{ world, host, driver, clock, signal, order, place },
    executed: () => executed,
    visit: () => host.edge.visit(site, {}),
    serve: async (count: number) => {
      const specs = Array.from({ length: count }, (_, index) => specOf(index + 1))
      await driver.place(specs, order(), signal)
      const instances = specs.map(({ name }) => name)
      const routing = {
        ...bareRouting,
        hosts: [site],
        port: null,
        deployment: 'd1',
        release,
        environment: 'production',
        instances,
      }
      await driver.route(routing, order(), signal)
    },
    abortedAfter: (ms: number, reason: Error) => {
      const controller = new AbortController()
      void clock.sleep(ms).then(() => controller.abort(reason))
      return controller.signal
    },
    async [Symbol.asyncDispose]() {
      world[Symbol.dispose]()
      ticking[Symbol.dispose]()
    },
  }
}

function specOf(index: number): InstanceSpec {
  return {
    ...{ name: `d1-web-${index}`, track, deployment: 'd1', release, process: 'web', routed: true },
    ...{ argv: ['serve'], env: {}, directory: '.', shared: [] },
    health: { probe: { kind: 'tcp' }, startPeriodMs: 5000, intervalMs: 100, timeoutMs: 100, passes: 2, failures: 2 },
    stop: { signal: 'SIGTERM', graceMs: 2000, drainMs: 2000 },
  }
}

function stopOf(index: number) {
  const { name, stop } = specOf(index)
  return { name, stop }
}

function forVerb(verb: Verb, fate: Partial<Fate>): Decider {
  return (called) => ({ ...calm(called), ...(called === verb ? fate : {}) })
}

function firstOnly(verb: Verb, fate: Partial<Fate>): Decider {
  let isFirst = true
  return (called) => {
    const applies = called === verb && isFirst
    if (applies) isFirst = false
    return { ...calm(called), ...(applies ? fate : {}) }
  }
}

function isFault(code: string) {
  return (error: unknown) => error instanceof Fault && error.code === code
}
