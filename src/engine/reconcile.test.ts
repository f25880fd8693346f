import assert from 'node:assert/strict'
import test from 'node:test'
import { pushed } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { appSpec, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { InstanceSpec } from '../targets/driver.ts'
import { defaultSettings } from './parts.ts'

const staging = 'shop/shop/staging'
const settings = { ...defaultSettings, reconcileEveryMs: 30 }

test('what a first deployment left behind is taken away, although nothing is live there', async () => {
  await using it = await startEngine(projectSpec(), { settings })
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  await waitFor('the end of d1', () => it.store.deployments.get('d1')?.state.kind === 'finished')
  assert.equal(it.store.tracks.get(staging)?.live, null)
  const host = it.world.host('one')
  const digest = it.store.releases.list('shop', 'shop', 1)[0]?.digest ?? ''
  host.unpacked(staging).add(digest)
  void host.place([stray(digest)], { track: staging, number: it.store.meta.read('command') + 1 }).catch(() => {}) // it dies young
  await waitFor('the stray instance to be there', () => host.instances.has('d1-web-1'))
  await waitFor('it to be gone', () => !host.instances.has('d1-web-1'))
})

test('a stranger without visitors goes before what is missing comes back: it may be the other copy of a singleton', async () => {
  const beat = processSpec({ name: 'beat', singleton: true })
  const apps = [appSpec({ name: 'shop', processes: [processSpec({ name: 'web' }), beat] })]
  await using it = await startEngine(projectSpec({ apps }), { settings: { ...settings, reconcileEveryMs: 60_000 } })
  await pushed(it, 'good')
  const host = it.world.host('one')
  const { digest = '' } = it.store.releases.get('v1') ?? {}
  host.instances.delete('d1-beat-1')
  const spec = { ...stray(digest), name: 'd0-beat-1', process: 'beat', routed: false }
  await host.place([spec], { track: staging, number: it.store.meta.read('command') + 1 })
  const beats = () => [...host.instances.keys()].filter((name) => name.includes('beat'))
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, beats().length)
  }, 1)
  it.store.meta.rise('command', it.store.meta.read('command') + 2)
  it.store.tracks.forgetChecks()
  await it.engine.actions.sync('shop', 'ada')
  await waitFor('the right one to be back', () => beats().join() === 'd1-beat-1').finally(() => clearInterval(watch))
  assert.equal(most, 1)
})

test('a process that works in another release gets its own back (simulation, seed 145)', async () => {
  await using it = await startEngine(projectSpec(), { settings })
  await pushed(it, 'good')
  const instance = it.world.host('one').instances.get('d1-web-1')
  const { digest = '' } = instance?.spec.release ?? {}
  if (instance !== undefined) {
    const release = { ...instance.spec.release, digest: 'another' }
    instance.become({ ...instance.spec, release }, instance.behaviour)
  }
  await waitFor('its own release to be back', () => instance?.spec.release.digest === digest)
  assert.equal(it.world.host('one').instances.get('d1-web-1'), instance)
})

test('an instance that does not get well does not keep the others from their visitors', async () => {
  // A busy machine must not look like an instance that does not answer.
  const health = { startPeriodMs: 100, intervalMs: 20, timeoutMs: 1000, passes: 1, failures: 1 }
  const web = processSpec({ name: 'web', instances: 2, health: { ...health, probe: { kind: 'tcp' } } })
  await using it = await startEngine(projectSpec({ apps: [appSpec({ name: 'shop', processes: [web] })] }), { settings })
  await pushed(it, 'good')
  const { edge, instances } = it.world.host('one')
  instances.get('d1-web-2')?.freeze()
  await waitFor('it to be unwell', () => instances.get('d1-web-2')?.state === 'unhealthy')
  edge.leave(staging, ['d1-web-1', 'd1-web-2'])
  await waitFor('the other to be back', () => edge.routed(staging).join() === 'd1-web-1')
  await waitFor('people to be told', () => it.store.tracks.finding(staging)?.includes('d1-web-2') === true)
})

function stray(digest: string): InstanceSpec {
  return {
    ...{ name: 'd1-web-1', track: staging, deployment: 'd1', process: 'web', argv: ['true'], env: {} },
    release: { digest, version: 'v', commit: 'c', app: 'shop' },
    ...{ directory: '.', shared: [], routed: true },
    health: {
      ...{ probe: { kind: 'tcp' }, startPeriodMs: 50, intervalMs: 20, timeoutMs: 100, passes: 1, failures: 1 },
    },
    stop: { signal: 'SIGTERM', graceMs: 100, drainMs: 100 },
  }
}
