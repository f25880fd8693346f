import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { PolicySpec } from '../domain/spec.ts'
import type { JobPlan, JobResult } from '../runner/runner.ts'

const pushTriggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const smokeStep = {
  name: 'smoke',
  run: 'true',
  directory: '.',
  env: {},
  timeoutMs: null,
  retries: 0,
  continueOnError: false,
}
const web = appSpec({ name: 'shop', processes: [processSpec({ name: 'web', instances: 2 })] })

const specWith = (more: Partial<PolicySpec>, apps = [web]) =>
  projectSpec({
    checks: [],
    apps,
    environments: [
      environmentSpec({
        name: 'staging',
        url: 'https://staging.test',
        apps: apps.map(({ name }) => name),
        hostsOf: Object.fromEntries(apps.map(({ name }) => [name, [`${name}.test`]])),
        triggers: pushTriggers,
        policies: { ...policies, ...more },
      }),
    ],
  })

const failing: JobResult = { ...succeeded, outcome: 'failed', reason: 'step smoke: exit 1' }
const isSmoke = ({ attempt }: JobPlan) => attempt.endsWith('-smoke')
const timeline = (it: EngineUnderTest, id: string) => it.store.facts.about(id).map(({ kind }) => kind.split('.')[1])

/** Somebody comes all the time; `AsyncDisposable` makes them leave. */
function visitors(it: EngineUnderTest, host = 'shop.test'): Disposable {
  const timer = setInterval(() => void it.world.host('one').edge.visit(host, {}), 5)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

test('smoke steps run on the deployed commit, against the address, with the secrets they name and no others', async () => {
  const plans: JobPlan[] = []
  await using it = await startEngine(specWith({ smoke: [smokeStep], smokeSecrets: ['TOKEN'] }))
  for (const name of ['TOKEN', 'OTHER']) {
    const place = { project: 'shop', environment: 'checks' }
    await it.engine.actions.setVariables(place, [{ name, value: 'x', secret: true }], ada)
  }
  const sha = await it.push('v1', {
    job: async (job) => {
      if (isSmoke(job)) plans.push(job)
      return succeeded
    },
  })
  const { smoke, state } = await ended(it, 'd1')
  assert.deepEqual([state.kind === 'finished' && state.outcome, smoke?.outcome], ['succeeded', 'succeeded'])
  const [plan] = plans
  assert.deepEqual([plan?.commit, plan?.attempt, plan?.archive], [sha, 'd1-smoke', false])
  assert.equal(plan?.env.SIGNALBOX_URL, 'https://staging.test')
  assert.equal(plan?.env.SIGNALBOX_ENVIRONMENT, 'staging')
  assert.deepEqual(plan?.secrets, { TOKEN: 'x' })
  const steps = timeline(it, 'd1')
  assert.ok(steps.indexOf('verify') < steps.indexOf('smoke') && steps.indexOf('smoke') < steps.indexOf('finished'))
})

test('smoke steps that say no: what served before serves again, and the record says both', async () => {
  await using it = await startEngine(specWith({ smoke: [smokeStep] }))
  await pushed(it, 'v1')
  await it.push('v2', { job: async (job) => (isSmoke(job) ? failing : succeeded) })
  const { smoke, state } = await ended(it, 'd2')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack, smoke?.outcome], ['failed', true, 'failed'])
  assert.match(state.reason ?? '', /smoke steps against https:\/\/staging\.test said no: step smoke: exit 1/)
  assert.match(state.hint ?? '', /signalbox logs d2-smoke/)
  assert.equal(live(it, staging)?.deployment, 'd1')
})

test('a secret that the smoke steps need and nobody has set is told by name', async () => {
  await using it = await startEngine(specWith({ smoke: [smokeStep], smokeSecrets: ['TOKEN'] }))
  await it.push('v1')
  const { state } = await ended(it, 'd1')
  assert.ok(state.kind === 'finished')
  assert.equal(state.outcome, 'errored')
  assert.match(state.reason ?? '', /these project secrets are not set: TOKEN/)
})

test('two apps at one address: their smoke steps wait for each other, and waiting takes nothing of the limit', async () => {
  const api = appSpec({ name: 'api', processes: [processSpec({ name: 'web' })] })
  await using it = await startEngine(specWith({ smoke: [smokeStep], runTimeoutMs: 2_500 }, [web, api]))
  let most = 0
  let now = 0
  const job = async (plan: JobPlan) => {
    if (!isSmoke(plan)) return succeeded
    most = Math.max(most, ++now)
    await new Promise((resolve) => setTimeout(resolve, 1_700))
    now -= 1
    return succeeded
  }
  await it.push('v1', { job })
  const all = await Promise.all(['d1', 'd2'].map((id) => ended(it, id)))
  assert.deepEqual(
    all.map(({ state }) => state.kind === 'finished' && state.outcome),
    ['succeeded', 'succeeded'],
  )
  assert.equal(most, 1)
})

test('a deployment that is cancelled ends its smoke steps and goes back', async () => {
  await using it = await startEngine(specWith({ smoke: [smokeStep] }))
  await pushed(it, 'v1')
  const { promise, resolve } = Promise.withResolvers<JobResult>()
  await it.push('v2', {
    job: (job, signal) => {
      if (!isSmoke(job)) return Promise.resolve(succeeded)
      signal.addEventListener('abort', () => resolve({ ...failing, outcome: 'aborted' }))
      return promise
    },
  })
  await rollingOn(it, staging, 'smoke')
  it.engine.actions.cancelDeployment('d2', ada)
  const { state, smoke } = await ended(it, 'd2')
  assert.deepEqual(state.kind === 'finished' && [state.outcome, state.rolledBack], ['aborted', true])
  assert.equal((await promise).outcome, 'aborted')
  assert.equal(smoke?.outcome, null)
})

const watched = (more: Partial<PolicySpec> = {}) =>
  specWith({ bakeMs: 60_000, breaker: { failures: null, ratio: 0.05, requests: 20, latency: 3 }, ...more })

test('bake: errors on the new release take it back, with the circuit breaker named as the reason', async () => {
  await using it = await startEngine(specWith({}))
  await pushed(it, 'v1')
  using _ = visitors(it)
  await it.push('v2', { spec: watched(), behaviour: { status: 500 } })
  const { state, bake } = await ended(it, 'd2')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack], ['failed', true])
  assert.match(state.reason ?? '', /^circuit breaker: 100% of \d+ requests failed on \w+ \(\w+: 0% of \d+\)$/)
  assert.match(bake?.sentence ?? '', /^100% of \d+ requests failed/)
  assert.equal((await it.world.host('one').edge.visit('shop.test', {})).status, 200)
})

test('bake: a release that is well until its time is over goes live, and the record says what was seen', async () => {
  await using it = await startEngine(specWith({ bakeMs: 700 }))
  await it.push('v1')
  const { state, bake, startedAt, finishedAt } = await ended(it, 'd1')
  assert.equal(state.kind === 'finished' && state.outcome, 'succeeded')
  assert.ok((finishedAt ?? 0) - (startedAt ?? 0) >= 700)
  assert.ok((bake?.looks ?? 0) >= 3)
  assert.match(
    bake?.sentence ?? '',
    /^no visitors; 0 of \d+ probes failed \(a floor, not a proof\); no instance failed$/,
  )
  const facts = it.store.facts.about('d1').filter(({ kind }) => kind === 'deployment.bake')
  assert.equal(facts[0]?.data.account, bake?.sentence)
})

test('bake: a release that gets healthy again after each exit does not get away with it (P6)', async () => {
  await using it = await startEngine(specWith({}))
  await pushed(it, 'v1')
  await it.push('v2', { spec: watched(), behaviour: { healthyAfterMs: 1, exitsAfterMs: 400 } })
  const { state } = await ended(it, 'd2')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack], ['failed', true])
  assert.match(state.reason ?? '', /^circuit breaker: instances of \w+ failed \d+ times \(the limit is 3\)$/)
})

test('an instance that goes down again and again while later batches come breaks the rollout off (P6)', async () => {
  const many = appSpec({ name: 'shop', processes: [processSpec({ name: 'web', instances: 5 })] })
  await using it = await startEngine(specWith({}, [many]))
  await pushed(it, 'v1')
  await it.push('v2', { behaviour: { healthyAfterMs: 60, exitsAfterMs: 90 } })
  const { state } = await ended(it, 'd2')
  assert.ok(state.kind === 'finished')
  assert.deepEqual([state.outcome, state.rolledBack], ['failed', true])
  const { code } = (it.store.facts.about('d2').find(({ kind }) => kind === 'deployment.step_failed')?.data ?? {}) as {
    code?: string
  }
  assert.equal(code ?? state.reason?.includes('in this rollout'), true)
})

test('being watched takes nothing of the limit for the work', async () => {
  await using it = await startEngine(specWith({ bakeMs: 2_500, runTimeoutMs: 2_000 }))
  await it.push('v1')
  const { state } = await ended(it, 'd1')
  assert.equal(state.kind === 'finished' && state.outcome, 'succeeded')
})

test('a one-off command need not wait until the watching is over', async () => {
  await using it = await startEngine(specWith({}))
  await pushed(it, 'v1')
  await it.push('v2', { spec: watched() })
  await rollingOn(it, staging, 'bake')
  const { id } = it.engine.actions.startOneOff(inStaging, { words: ['quick'], limitMs: 5_000 }, ada)
  await waitFor('the command to end', () => it.store.oneOffs.get(id)?.state === 'finished')
  assert.equal(it.store.deployments.get('d2')?.state.kind, 'rolling')
})
