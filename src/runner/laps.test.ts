import assert from 'node:assert/strict'
import test from 'node:test'
import { noBubblewrap } from '../../test/helpers/bubblewrap.ts'
import { step, testRunner } from '../../test/helpers/runner.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Lap } from '../domain/energy.ts'
import type { HealthSpec } from '../domain/spec.ts'

/** Burns about so many milliseconds of processor time, or twice as many. */
const burn = (ms: number) => `i=0; while [ $i -lt ${ms * 700} ]; do i=$((i + 1)); done`

function named(laps: readonly Lap[], name: string): Lap {
  const lap = laps.find((each) => each.name === name)
  assert.ok(lap, `no lap ${name}`)
  return lap
}

function cpuMs({ cpuMs }: Lap): number {
  assert.notEqual(cpuMs, null)
  return cpuMs ?? 0
}

test('a job has a lap for what the runner does and for every step that was begun, in order', async () => {
  await using t = await testRunner()
  const steps = [step(burn(200), { name: 'work' }), step('sleep 0.4', { name: 'wait' }), step('exit 3'), step('true')]
  const { laps } = await t.run({ steps, archive: true })
  assert.deepEqual(
    laps.map(({ name, step }) => [name, step]),
    [
      ['checkout', null],
      ['work', 0],
      ['wait', 1],
      ['step', 2],
    ],
  )
  assert.ok(cpuMs(named(laps, 'work')) > 80, `${named(laps, 'work').cpuMs}`)
  assert.ok(named(laps, 'wait').durationMs >= 400)
  assert.ok(cpuMs(named(laps, 'wait')) < 150, `${named(laps, 'wait').cpuMs}`)
})

test('a build has one for its archive, and one for its services', async () => {
  await using t = await testRunner()
  const health: HealthSpec = {
    probe: { kind: 'process' },
    intervalMs: 20,
    timeoutMs: 500,
    passes: 1,
    startPeriodMs: 300,
    failures: 3,
  }
  const service = { name: 'db', command: ['sleep', '60'], image: null, ports: [], env: {}, health }
  const { laps, outcome } = await t.run({ steps: [step('true')], services: [service], archive: true })
  assert.equal(outcome, 'succeeded')
  assert.deepEqual(
    laps.map(({ name }) => name),
    ['checkout', 'services', 'step', 'archive'],
  )
})

test('the same work twice takes about as much', async () => {
  await using t = await testRunner()
  const run = async () => cpuMs(named((await t.run({ steps: [step(burn(250), { name: 'work' })] })).laps, 'work'))
  const [one, other] = [await run(), await run()]
  assert.ok(one / other > 0.4 && one / other < 2.5, `${one} and ${other}`)
})

test('jobs side by side do not count each other', async () => {
  await using t = await testRunner()
  const [busy, idle] = await Promise.all([
    t.run({ steps: [step(burn(200), { name: 'work' })] }),
    t.run({ steps: [step('sleep 1', { name: 'wait' })] }),
  ])
  assert.ok(cpuMs(named(busy.laps, 'work')) > 80)
  assert.ok(cpuMs(named(idle.laps, 'wait')) < 150, `${named(idle.laps, 'wait').cpuMs}`)
})

test('work in a sandbox is counted from outside of it', { skip: await noBubblewrap() }, async () => {
  await using t = await testRunner()
  const { outcome, laps } = await t.run({ steps: [step(burn(200), { name: 'work' })], sandbox: { network: false } })
  assert.equal(outcome, 'succeeded')
  assert.ok(cpuMs(named(laps, 'work')) > 80, `${named(laps, 'work').cpuMs}`)
})

test('what is tried again has taken what all its tries took', async () => {
  await using t = await testRunner()
  const { laps } = await t.run({ steps: [step(`${burn(150)}; exit 1`, { name: 'flaky', retries: 2 })] })
  assert.ok(cpuMs(named(laps, 'flaky')) > 250, `${named(laps, 'flaky').cpuMs}`)
})

test('what reaches its limit has a lap, whether the limit is its own or the job\u2019s', async () => {
  await using t = await testRunner()
  const endless = { name: 'endless', run: 'while :; do :; done' }
  const own = await t.run({ steps: [step(endless.run, { ...endless, timeoutMs: 300 })] })
  const whole = await t.run({ steps: [step(endless.run, endless)], timeoutMs: 600 })
  for (const { outcome, laps } of [own, whole]) {
    assert.deepEqual([outcome, laps.at(-1)?.name], ['failed', 'endless'])
    assert.notEqual(laps.at(-1)?.cpuMs, null)
  }
})

test('what is cancelled has taken what it had taken by then', async () => {
  await using t = await testRunner()
  const stop = new AbortController()
  const plan = await t.plan({ steps: [step(`${burn(200)}; echo burnt; exec sleep 60`, { name: 'long' })] })
  const running = t.runner.run(plan, stop.signal)
  await waitFor('its work', async () => (await t.lines(plan.attempt)).includes('burnt'), 60_000)
  stop.abort()
  const { outcome, laps } = await running
  assert.equal(outcome, 'aborted')
  assert.ok(cpuMs(named(laps, 'long')) > 100, `${named(laps, 'long').cpuMs}`)
})

test('when nothing can be read of processes the job goes as it would, and nobody knows what it took', async () => {
  await using t = await testRunner({ proc: '/proc/self/fd/nowhere' })
  const { outcome, steps, laps } = await t.run({ steps: [step('true'), step('true')] })
  assert.deepEqual([outcome, steps.length, laps.length], ['succeeded', 2, 3])
  assert.deepEqual(new Set(laps.map(({ cpuMs }) => cpuMs)), new Set([null]))
  assert.ok(laps.every(({ durationMs }) => durationMs > 0))
})
