import assert from 'node:assert/strict'
import test from 'node:test'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { bareRouting, type InstanceSpec } from '../targets/driver.ts'

const staging = 'shop/shop/staging'
const processes = [processSpec({ name: 'web', instances: 2 }), processSpec({ name: 'beat', singleton: true })]
const spec = projectSpec({ apps: [appSpec({ name: 'shop', processes })] })

test('what a deployment that could not go back has left is gone before a singleton starts, and in the end', async () => {
  const running = { beats: 0, most: 0 }
  await using it = await startEngine(spec)
  await pushed(it, 'one')
  await left(it, 'd99-beat-1', 'beat')
  await left(it, 'd99-web-1', 'web')
  const watch = setInterval(() => {
    const beats = [...it.world.host('one').instances.values()].filter(({ spec: { process } }) => process === 'beat')
    running.most = Math.max(running.most, beats.filter(({ spec: { deployment } }) => deployment !== 'd1').length)
  }, 1)
  await pushed(it, 'two')
  clearInterval(watch)
  const names = [...it.world.host('one').instances.keys()].sort()
  assert.deepEqual(names, ['d3-beat-1', 'd3-web-1', 'd3-web-2'])
  assert.equal(running.most, 1)
})

test('an old instance that has vanished does not keep the new ones from getting visitors', async () => {
  await using it = await startEngine(spec)
  await pushed(it, 'one')
  const host = it.world.host('one')
  host.edge.leave(staging, ['d1-web-2'])
  host.instances.delete('d1-web-2')
  await pushed(it, 'two')
  assert.deepEqual([...host.edge.routed(staging)].sort(), ['d3-web-1', 'd3-web-2'])
})

test('whoever stands in for an old instance that has vanished is not one that leaves next', async () => {
  await using it = await startEngine(spec)
  await pushed(it, 'one')
  await left(it, 'd99-web-1', 'web')
  const { edge, instances } = it.world.host('one')
  const release = { digest: 'any', version: 'v', commit: 'c', app: 'shop' }
  const routing = {
    ...bareRouting,
    ...{ hosts: ['staging.test'], port: null, deployment: 'd1', environment: 'staging' },
    release,
  }
  edge.route(staging, { ...routing, instances: ['d1-web-1', 'd99-web-1'] })
  instances.delete('d1-web-2')
  const serving: number[] = []
  const { route } = edge
  edge.route = (track, wanted) => {
    serving.push(wanted.instances.length)
    route.call(edge, track, wanted)
  }
  await pushed(it, 'two')
  assert.deepEqual([...edge.routed(staging)].sort(), ['d3-web-1', 'd3-web-2'])
  assert.ok(Math.min(...serving) >= 2, `so many served after each change: ${serving}`)
})

async function pushed(it: EngineUnderTest, title: string): Promise<void> {
  const sha = await it.push(title)
  await waitFor(`${title} to be live`, () => it.store.tracks.get(staging)?.live?.release.commit === sha)
}

/** An instance under a name that no deployment knows any more. */
async function left(it: EngineUnderTest, name: string, process: string): Promise<void> {
  const digest = it.store.tracks.get(staging)?.live?.release.digest ?? ''
  const instance: InstanceSpec = {
    ...{ name, track: staging, deployment: 'd99', process, argv: ['true'], env: {}, directory: '.', shared: [] },
    release: { digest, version: 'v', commit: 'c', app: 'shop' },
    routed: process === 'web',
    health: { probe: { kind: 'tcp' }, startPeriodMs: 1000, intervalMs: 5, timeoutMs: 100, passes: 1, failures: 1 },
    stop: { signal: 'SIGTERM', graceMs: 100, drainMs: 100 },
  }
  await it.world.host('one').place([instance], { track: staging, number: it.store.meta.read('command') })
}
