import assert from 'node:assert/strict'
import test from 'node:test'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { project } from './stage.ts'

const burn = 'i=0; while [ $i -lt 150000 ]; do i=$((i + 1)); done'

test('the same work pushed twice takes about the same, what fails too, and the grid is the one that was said', async () => {
  await using server = await startServer({ flags: ['--grid-intensity', '100', '--cpu-watts', '1:5'] })
  const shop = await project(server, 'shop')
  const took = async (version: string, check: string, message: string) => {
    const { id, outcome } = await shop.run(await shop.ship(app('shop', version, { checks: { unit: check } }), message))
    const { laps, energy } = await server.client.call('runs.show', { params: { run: id } })
    const unit = laps.find(({ job, step }) => job === 'unit' && step === 0)
    assert.ok(unit?.energy && energy, `${id} has no lap of its check`)
    return { id, outcome, unit, energy, laps }
  }
  const first = await took('v1', burn, 'one')
  const second = await took('v2', burn, 'two')
  const failed = await took('v3', `${burn}; exit 1`, 'three')
  assert.deepEqual([first.outcome, second.outcome, failed.outcome], ['succeeded', 'succeeded', 'failed'])
  for (const { unit } of [second, failed]) {
    const ratio = (first.unit.cpuMs ?? 0) / (unit.cpuMs ?? Number.NaN)
    assert.ok(ratio > 0.3 && ratio < 3, `${first.unit.cpuMs} and ${unit.cpuMs} ms`)
  }
  assert.deepEqual([...new Set(first.laps.map(({ job, name }) => `${job} ${name}`))].length, first.laps.length)
  assert.ok(first.laps.some(({ job, name }) => job === 'build:shop' && name === 'archive'))
  const { joules, gridGrams, basis } = first.energy
  assert.equal(basis, 'set')
  assert.ok(Math.abs(gridGrams - (joules / 3_600_000) * 100) < 1e-4, `${gridGrams} g of ${joules} J`)
  await waitFor('the deployment to have it', async () => {
    const [deployment] = await shop.deployments()
    const { energy } = await server.client.call('deployments.show', { params: { deployment: deployment?.id ?? '' } })
    return energy.run === second.id && energy.build?.joules === second.energy.joules
  })
  const { projects } = await server.client.call('insights', { query: {} })
  assert.equal(projects[0]?.energy.now.perRun.n, 3)
})
