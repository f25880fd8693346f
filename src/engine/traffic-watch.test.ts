import assert from 'node:assert/strict'
import test from 'node:test'
import { ended, live, pushed, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { slicesOf } from '../domain/traffic-slices.ts'
import type { InstanceDriver } from '../targets/driver.ts'
import { modelDriver } from '../targets/model/driver.ts'

/** Somebody comes all the time; they leave when it is disposed of. */
function visitors(it: EngineUnderTest): Disposable {
  const timer = setInterval(() => void it.world.host('one').edge.visit('staging.test', {}), 5)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function served(it: EngineUnderTest, deployment: string): readonly (readonly [string, number])[] {
  const slices = slicesOf(it.store.trafficSamples.of(deployment))
  return slices.flatMap(({ byRelease }) => byRelease.map((each) => [each.digest, each.served] as const))
}

/** The second release takes so long to be healthy that it is looked at on the way. */
const slow = { healthyAfterMs: 900 }

test('while a deployment moves it is looked once a second what visitors get, by release, from its first count to its last', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const before = live(it, staging)?.release.digest
  using _ = visitors(it)
  await pushed(it, 'second', { behaviour: slow })
  const id = live(it, staging)?.deployment ?? ''
  const { verdict, release, startedAt, finishedAt } = await ended(it, id)
  const { length } = it.store.trafficSamples.of(id)
  const seconds = ((finishedAt ?? 0) - (startedAt ?? 0)) / 1000
  assert.ok(length >= 4 && length <= seconds + 3, `there are ${length} of ${seconds} s`)
  const all = served(it, id)
  const sum = all.reduce((count, [, each]) => count + each, 0)
  assert.equal(sum, (verdict?.requests ?? 0) - (verdict?.dropped ?? 0))
  assert.ok(all.filter(([digest]) => digest === before).length >= 2, 'the old one in several slices')
  assert.ok(all.some(([digest, count]) => digest === release.digest && count > 0))
})

test('a release on trial is sampled by the looks that judge it, and nothing is sampled after the end', async () => {
  const environment = environmentSpec({ name: 'staging', policies: { ...policies, bakeMs: 2_000 } })
  const [first] = projectSpec().environments
  assert.ok(first)
  await using it = await startEngine(projectSpec({ environments: [{ ...environment, triggers: first.triggers }] }))
  using _ = visitors(it)
  await pushed(it, 'first')
  const samples = it.store.trafficSamples.of('d1')
  assert.ok(samples.length >= 8, `there are ${samples.length}`)
  const deployment = it.store.deployments.get('d1')
  assert.ok((samples.at(-1)?.at ?? Infinity) <= (deployment?.finishedAt ?? 0))
  assert.ok(served(it, 'd1').length >= 6)
})

test('where requests are not counted, nobody asks for them and nothing is kept', async () => {
  const asked: string[] = []
  const given: { driver?: InstanceDriver } = {}
  await using it = await startEngine(projectSpec(), { driver: () => given.driver as InstanceDriver })
  const own = modelDriver({ world: it.world, host: it.world.host('one') })
  const traffic: InstanceDriver['traffic'] = async (track, window, signal) => {
    asked.push(window)
    return await own.traffic(track, window, signal)
  }
  given.driver = { ...own, traffic, can: { ...own.can, traffic: false } }
  await pushed(it, 'first', { behaviour: slow })
  const deployment = live(it, staging)?.deployment ?? ''
  await ended(it, deployment)
  assert.deepEqual(asked, [])
  assert.deepEqual(it.store.trafficSamples.of(deployment), [])
})
