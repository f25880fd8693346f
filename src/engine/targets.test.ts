import assert from 'node:assert/strict'
import test from 'node:test'
import { pushed } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { Fault } from '../lib/fault.ts'
import type { InstanceDriver } from '../targets/driver.ts'
import { modelDriver } from '../targets/model/driver.ts'
import { targetsTried } from './targets.ts'

const { signal } = new AbortController()

test('each target is asked once, whoever shares it, and one that cannot be had is told with its environments', async () => {
  const { environments, ...spec } = projectSpec()
  const elsewhere = { driver: 'elsewhere', options: {} }
  const far = environmentSpec({ name: 'far', target: elsewhere })
  const given: { driver?: InstanceDriver } = {}
  const asked: string[] = []
  await using it = await startEngine(projectSpec({ ...spec, environments: [...environments, far] }), {
    driver: ({ driver }) => {
      asked.push(driver)
      if (driver === 'elsewhere') throw new Fault('target.unknown', { details: { driver, known: 'model' } })
      return given.driver as InstanceDriver
    },
  })
  given.driver = modelDriver({ world: it.world, host: it.world.host('one') })
  await pushed(it, 'first')
  asked.length = 0
  const [near, gone] = await targetsTried(it.parts, signal)
  assert.deepEqual(near, { driver: 'model', places: ['shop/staging', 'shop/production'], observed: { value: true } })
  assert.deepEqual([gone?.driver, gone?.places], ['elsewhere', ['shop/far']])
  assert.match(gone !== undefined && 'problem' in gone.observed ? gone.observed.problem : '', /elsewhere/)
  assert.deepEqual(asked.filter((each) => each === 'elsewhere').length, 1)
})
