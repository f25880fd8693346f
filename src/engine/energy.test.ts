import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, pushed } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, migrationSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { JobPlan, JobResult } from '../runner/runner.ts'

const lap = (name: string, cpuMs: number | null) => ({ name, step: 0, durationMs: 1_000, cpuMs, counted: null })

/** A job that took so much, whatever becomes of it. */
const taking =
  (cpuMs: number | null, more: Partial<JobResult> = {}) =>
  async ({ archive }: JobPlan): Promise<JobResult> => ({
    ...succeeded,
    ...(archive ? { artifact: { digest: 'a'.repeat(64), bytes: 1 } } : {}),
    ...more,
    laps: [lap('work', cpuMs)],
  })

async function runOver(it: EngineUnderTest) {
  return await waitFor('the run to end', () => it.store.runs.list(null, 1).find(({ state }) => state === 'finished'))
}

test('what the jobs of a run took is kept with it, each by its attempt', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('first', { job: taking(2_000) })
  const run = await runOver(it)
  const laps = it.store.energies.laps(run.id)
  assert.deepEqual(
    new Set(laps.map(({ attempt }) => attempt)),
    new Set(run.jobs.map(({ name, attempt }) => `${run.id}/${name}/${attempt}`)),
  )
  const each = 2 * it.parts.settings.power.watts.busy
  const total = it.store.energies.total(run.id)
  assert.ok(total && Math.abs(total.joules - each * run.jobs.length) < 1e-6, `${total?.joules}`)
})

test('a run that fails has taken what it has taken, also in tries that were made good', async () => {
  const [check] = projectSpec().checks
  assert.ok(check)
  await using it = await startEngine(projectSpec({ checks: [{ ...check, retries: 1 }] }))
  await it.push('bad', { job: taking(1_000, { outcome: 'failed', reason: 'step work: exit code 1' }) })
  const run = await runOver(it)
  assert.equal(run.outcome, 'failed')
  assert.equal(it.store.energies.laps(run.id).length, 2)
})

test('a job that was cancelled has too, when the runner has let go', async () => {
  await using it = await startEngine(projectSpec())
  const job = async (_: JobPlan, signal: AbortSignal): Promise<JobResult> => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return { ...succeeded, outcome: 'aborted', laps: [lap('work', 700)] }
  }
  await it.push('slow', { job })
  const { id } = await waitFor('a job', () =>
    it.store.runs.list(null, 1).find(({ jobs }) => jobs.some((each) => each.startedAt)),
  )
  it.engine.actions.cancelRun(id, ada)
  await waitFor('its laps', () => it.store.energies.laps(id).length > 0)
  assert.equal(it.store.energies.laps(id)[0]?.cpuMs, 700)
})

test('what nobody could measure is kept as not known, and is in no sum', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('first', { job: taking(null) })
  const { id, outcome } = await runOver(it)
  assert.deepEqual(
    [outcome, it.store.energies.laps(id)[0]?.energy, it.store.energies.total(id)],
    ['succeeded', null, null],
  )
})

test('a deployment has what its own smoke steps and migrations took, and a command what it took', async () => {
  const smoke = [
    { name: 'smoke', run: 'true', directory: '.', env: {}, timeoutMs: null, retries: 0, continueOnError: false },
  ]
  const spec = projectSpec()
  const environments = spec.environments.map((each) => ({ ...each, policies: { ...policies, smoke } }))
  const apps = [appSpec({ name: 'shop', migrations: migrationSpec({ command: ['migrate'] }) })]
  await using it = await startEngine({ ...spec, apps, environments })
  it.world.teach('migrate', { lines: [], endsAfterMs: 1, exitCode: 0, cpuMs: 300 })
  it.world.teach('wipe', { lines: [], endsAfterMs: 1, exitCode: 3, cpuMs: 40 })
  await pushed(it, 'first', { job: taking(700) })
  await ended(it, 'd1')
  const own = it.store.energies.laps('d1').map(({ attempt, name, cpuMs }) => [attempt, name, cpuMs])
  assert.deepEqual(own.sort(), [
    ['d1-migrate', 'migrate', 300],
    ['d1-smoke', 'work', 700],
  ])
  const { id } = it.engine.actions.startOneOff(inStaging, { words: ['wipe'] }, ada)
  await waitFor('its end', () => it.store.oneOffs.get(id)?.state === 'finished')
  assert.equal(it.store.energies.laps(id)[0]?.cpuMs, 40)
})

test('a project that only checks what is pushed has its energy in the numbers over time', async () => {
  await using it = await startEngine(projectSpec({ apps: [], environments: [] }))
  await it.push('first', { job: taking(2_000) })
  await runOver(it)
  const insights = async (environment: string | null) =>
    (await it.queries.insights({ projects: null, environment, days: 2 })).projects
  const [project] = await insights(null)
  assert.deepEqual([project?.tracks, project?.energy.now.perRun.n], [[], 1])
  assert.deepEqual(await insights('staging'), [])
})
