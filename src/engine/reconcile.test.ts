import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
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
