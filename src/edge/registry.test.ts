import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ManualClock } from '../../test/helpers/clock.ts'
import { choose } from './balancer.ts'
import type { InFlight, Instance } from './instance.ts'
import { openDoor, type Route } from './protocol.ts'
import { Registry } from './registry.ts'

const names = ['a', 'b', 'c', 'd', 'e']

function routeOf(instances: readonly string[], more: Partial<Route> = {}): Route {
  const spec = (name: string) => ({ name, address: '127.0.0.1', port: 1, digest: name, version: name })
  return {
    ...{ track: 't', environment: 'e', hosts: ['h'], port: null, deployment: 'd' },
    release: { version: 'v', commit: 'c', digest: 'x' },
    candidates: [],
    files: [],
    isFilesOnly: false,
    door: openDoor,
    ...more,
    instances: instances.map(spec),
  }
}

const main = { dedicatedPort: null, isPrivate: false }

type Step =
  | { readonly do: 'route'; readonly names: readonly string[] }
  | { readonly do: 'begin'; readonly pinned: string | null }
  | { readonly do: 'end'; readonly which: number }
  | { readonly do: 'down'; readonly name: string }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('route' as const), names: fc.subarray(names) }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('begin' as const), pinned: fc.option(fc.constantFrom(...names)) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(20) }) },
  fc.record({ do: fc.constant('down' as const), name: fc.constantFrom(...names) }),
)

test('whatever changes in whatever order: only routed instances are chosen, and in flight is what is in flight', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new ManualClock()
      const registry = new Registry()
      let routed: readonly string[] = []
      const open: { instance: Instance; request: InFlight }[] = []
      registry.apply(routeOf([]), 0)
      for (const one of steps) {
        const track = registry.find(main, 'h')!
        if (one.do === 'route') {
          routed = one.names
          const before = new Map(open.map(({ instance }) => [instance.name, instance.inFlight]))
          for (const left of registry.apply(routeOf(routed), clock.monotonic())) {
            assert.ok(!routed.includes(left.instance))
            assert.equal(left.inFlight, before.get(left.instance) ?? 0)
          }
        } else if (one.do === 'begin') {
          const request = { isTunnel: false, cut: () => undefined }
          const pinned = one.pinned === null ? null : track.instance(one.pinned)
          const choice = { instances: track.routed, pinned, tried: [], turn: track.nextTurn(), now: clock.monotonic() }
          const instance = choose(choice, request)
          assert.equal(instance === null, routed.length === 0)
          if (instance !== null) {
            assert.ok(routed.includes(instance.name))
            open.push({ instance, request })
          }
        } else if (one.do === 'end') {
          const [ended] = open.splice(one.which % Math.max(1, open.length), 1)
          ended?.instance.remove(ended.request, clock)
        } else {
          track.instance(one.name)?.refusedConnection(clock.monotonic(), 1000)
        }
        for (const { instance } of open) {
          assert.equal(instance.inFlight, open.filter((other) => other.instance === instance).length)
          if (instance.departure !== null) assert.equal(instance.departure.zeroAt, null)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('an instance that is down is chosen only when all are, and a second later it is tried again', () => {
  const registry = new Registry()
  registry.apply(routeOf(['a', 'b']), 0)
  const track = registry.find(main, 'h')!
  const request = { isTunnel: false, cut: () => undefined }
  const pick = (now: number) =>
    choose({ instances: track.routed, pinned: null, tried: [], turn: 0, now }, request)?.name
  track.instance('a')!.refusedConnection(0, 1000)
  for (let count = 0; count < 5; count++) assert.equal(pick(500), 'b')
  track.instance('b')!.refusedConnection(0, 1000)
  assert.equal(pick(500), 'a')
  track.instance('b')!.tookConnection()
  assert.equal(pick(1500), 'a', 'less busy, and no longer down')
  track.instance('a')!.refusedConnection(1500, 1000)
  assert.equal(pick(3000), 'b', 'down for longer the second time')
})

test('a visitor stays with its instance unless another has much less to do', () => {
  const registry = new Registry()
  registry.apply(routeOf(['a', 'b']), 0)
  const track = registry.find(main, 'h')!
  const pinned = track.instance('a')!
  const pick = () => {
    const request = { isTunnel: false, cut: () => undefined }
    return choose({ instances: track.routed, pinned, tried: [], turn: 1, now: 0 }, request)?.name
  }
  assert.deepEqual(Array.from({ length: 7 }, pick), ['a', 'a', 'a', 'a', 'a', 'b', 'a'])
})

test('an instance is found by its name over all tracks, and forgotten in the end', () => {
  const registry = new Registry()
  const [candidate] = routeOf(['next']).instances
  registry.apply(routeOf(['a'], { candidates: [candidate!] }), 0)
  assert.equal(registry.instance('next')!.track.name, 't')
  assert.equal(registry.instance('stranger'), null)
  for (let release = 0; release < 300; release++) registry.apply(routeOf([`r${release}`]), release)
  assert.equal(registry.instance('r0'), null)
  assert.equal(registry.instance('r298')!.instance.departure!.at, 299)
})

test('totals and departures of a track outlive its route', () => {
  const registry = new Registry()
  registry.apply(routeOf(['a']), 0)
  const request = { isTunnel: false, cut: () => undefined }
  registry.find(main, 'h')!.instance('a')!.add(request)
  registry.find(main, 'h')!.counters.end('visitor', 'served', { digest: 'a', latencyMs: 4 })
  assert.deepEqual(registry.remove('t', 5), [{ instance: 'a', inFlight: 1, upgraded: 0 }])
  assert.equal(registry.find(main, 'h'), null)
  assert.deepEqual([registry.traffic('t', 9).requests.served, registry.traffic('t', 9).inFlight.length], [1, 1])
  registry.apply(routeOf(['b']), 10)
  assert.equal(registry.traffic('t', 11).requests.served, 1, 'and go on when it has one again')
})
