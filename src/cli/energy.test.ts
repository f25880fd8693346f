import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { cli } from '../../test/helpers/cli.ts'
import { pushed } from '../../test/helpers/deployments.ts'
import { succeeded } from '../../test/helpers/engine.ts'
import { tokens } from '../../test/helpers/people.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import type { DeploymentDetailView, InsightsView, RunDetailView } from '../api/views.ts'

const lap = (name: string, step: number | null, cpuMs: number | null) => {
  return { name, step, durationMs: 10_000, cpuMs, counted: null }
}
const laps = [lap('checkout', null, 100), lap('tests', 0, 15_000), lap('lost', 1, null)]

/** A project whose jobs have all taken the same, and somebody who may see it. */
async function desk(t: TestContext) {
  const api = await apiServer()
  const dir = await tempDir()
  t.after(async () => {
    await api[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  await pushed(api.it, 'one', { job: async () => ({ ...succeeded, laps }) })
  const env = { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: tokens.read }
  const sb = (line: string) => cli(line.split(' '), { cwd: dir.path, env })
  return { api, sb }
}

test('a run tells what it took, a line a lap, and that this is an estimate', async (t) => {
  const { sb } = await desk(t)
  const { stdout } = await sb('runs show r1')
  assert.match(stdout, /^job +lap +time +cpu +cores +energy +power +CO2e$/m)
  assert.match(stdout, /^\S+ +tests +10s +15s +1\.50 +56 J +5\.6 W +8\.5 mg$/m)
  assert.match(stdout, /^\S+ +lost +10s +- +- +- +- +-$/m)
  assert.match(stdout, /^In all about \d+ J \(\d+ J to \d+ J\), \d+ mg CO2e$/m)
  assert.match(stdout, /^An estimate, by processor time and the middle of a table of watts/m)
  const told = (await sb('runs show r1 --json')).json<RunDetailView>()
  const [first] = told.laps
  assert.deepEqual(
    [first?.name, first?.step, first?.attempt, first?.cpuMs, first?.cores],
    ['checkout', null, 1, 100, 0.01],
  )
  assert.equal(told.laps.at(-1)?.energy, null)
  const sum = told.laps.reduce((joules, { energy }) => joules + (energy?.joules ?? 0), 0)
  assert.ok(Math.abs(sum - (told.energy?.joules ?? 0)) < 0.001)
  assert.ok(told.energy && told.energy.low < sum && sum < told.energy.high)
})

test('a deployment has what building its release took', async (t) => {
  const { sb } = await desk(t)
  assert.match(
    (await sb('deployments show d1')).stdout,
    /^ {2}took about \d+ J \(.*\), 20 mg CO2e, to build it in r1$/m,
  )
  const { energy } = (await sb('deployments show d1 --json')).json<DeploymentDetailView>()
  assert.deepEqual([energy.run, energy.own, energy.total], ['r1', null, energy.build])
  assert.ok((energy.build?.joules ?? 0) > 0)
})

test('the numbers over time have it, beside the time before, and day by day', async (t) => {
  const { sb } = await desk(t)
  const { stdout } = await sb('insights --days 2')
  assert.match(stdout, /^energy +\d+ J +- +1 run$/m)
  assert.match(stdout, /^energy of a run +\d+ J +- +1 run$/m)
  const [project] = (await sb('insights --days 2 --json')).json<InsightsView>().projects
  const { now, before, days } = project?.energy ?? {}
  assert.deepEqual(before, { total: null, perRun: { medianJoules: null, n: 0 } })
  assert.deepEqual([now?.perRun.n, days?.length, days?.[0]?.runs, days?.[1]?.runs], [1, 2, 0, 1])
  assert.equal(days?.[1]?.joules, now?.total?.joules)
})
