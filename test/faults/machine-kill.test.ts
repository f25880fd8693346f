import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { type LoadReport, type Outcome, percentile } from '../../src/app/demo/load-report.ts'
import { EdgeClient } from '../../src/edge/client.ts'
import { layoutOf } from '../../src/host/layout.ts'
import { systemClock } from '../../src/system/clock.ts'
import type { Load } from '../helpers/load.ts'
import { tinyHost } from '../helpers/tiny-app.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { visit } from '../journey/stage.ts'
import { assertWhole, kill, type Stage, stage, untilAt, untilLive } from './stage.ts'

/** Each step of the rollout takes so long that it can be struck at. */
const app = { slowMs: 150 }
const steps = ['migrate', 'place', 'route', 'drain', 'remove'] as const
const busy = { ratePerS: 60, asks: ['/', '/slow'] }
const never = new AbortController().signal

test('kill -9 of what runs on the machine during deployments under load', async (t) => {
  await using on = await stage({ app })
  await t.test('the host, at each step: the deployment goes on, and no visitor notices', (t) => killHosts(t, on))
  await t.test('server and host together: the next ones go on, and no visitor notices', (t) => killBoth(t, on))
  await t.test('an edge worker: what it was answering is lost, and it is back soon', (t) => killEdgeWorkers(t, on))
  await t.test('an instance: what it was answering is lost; it is restarted and counted', (t) => killInstances(t, on))
})

test('host and edges killed at once: the server does not wait for its next look to bring them back', async () => {
  await using on = await stage({ flags: ['--look-every', '1h'] })
  const isAnswered = () =>
    visit(on.it, tinyHost).then(
      () => true,
      () => false,
    )
  await waitFor('visitors to be answered', isAnswered)
  await Promise.all([kill(await on.hostPid()), ...(await on.edgePids()).map(kill)])
  assert.equal(await isAnswered(), false)
  await waitFor('visitors to be answered again', isAnswered, 30_000)
})

async function killHosts(t: TestContext, on: Stage): Promise<void> {
  await using load = on.visitors(busy)
  for (const step of steps) {
    t.diagnostic(`host killed at ${step}: ${await struckAt(on, step, async () => kill(await on.hostPid()))}`)
  }
  await assertNoneLost(t, load)
}

async function killBoth(t: TestContext, on: Stage): Promise<void> {
  await using load = on.visitors(busy)
  for (const step of steps) {
    const told = await struckAt(on, step, async () => {
      const host = await on.hostPid()
      await Promise.all([on.it.kill('SIGKILL'), kill(host)])
      await on.it.start()
    })
    t.diagnostic(`server and host killed at ${step}: ${told}`)
  }
  await assertNoneLost(t, load)
}

async function killEdgeWorkers(t: TestContext, on: Stage): Promise<void> {
  await using load = on.visitors({ ratePerS: 150, asks: ['/', '/slow', 'POST /slow'] })
  const startedMs = performance.now()
  const pushed = await on.push()
  const kills: number[] = []
  const backMs: number[] = []
  let wereAnswering = 0
  for (const id of ['edge-1', 'edge-2', 'edge-1', 'edge-2', 'edge-1']) {
    const worker = await waitFor(`${id} to have its routes`, () => readyWorker(on, id))
    wereAnswering += worker.answering
    kills.push(performance.now() - startedMs)
    process.kill(worker.pid, 'SIGKILL')
    backMs.push(await backAfter(on, id, worker.pid))
  }
  const { verdict } = await untilLive(on.it, pushed.commit)
  await assertWhole(on, pushed)
  t.diagnostic(`the killed workers were answering ${wereAnswering} requests when they were last asked`)
  t.diagnostic(`they were back after ${backMs.map(Math.round).join(', ')} ms; verdict: ${verdict?.sentence}`)
  assertLostOnlyAt(t, await load.finish(), kills)
  assert.ok((percentile(backMs, 0.5) ?? 0) < 1000, `back after ${backMs} ms`)
}

/** One that is being placed, one of the release before while the routing changes, and one that is live. */
async function killInstances(t: TestContext, on: Stage): Promise<void> {
  await using load = on.visitors({ ratePerS: 100, asks: ['/', '/slow', 'POST /slow'] })
  const startedMs = performance.now()
  const kills: number[] = []
  const strike = async (name: string) => {
    const pid = await waitFor(`${name} to run`, async () => (await on.instances()).get(name)?.[0])
    kills.push(performance.now() - startedMs)
    await kill(pid)
  }
  const old = (await on.status()).desired?.deployment
  const pushed = await on.push()
  const { id } = await untilAt(on.it, pushed.commit, 'place')
  await strike(`${id}-web-1`)
  await untilAt(on.it, pushed.commit, 'route')
  await strike(`${old}-web-2`)
  const { verdict } = await untilLive(on.it, pushed.commit)
  await strike(`${id}-web-2`)
  const shown = await waitFor('status to show the restarts', async () => {
    const instances = (await on.status()).running?.instances.filter(({ process }) => process === 'web')
    return instances?.every(({ state, restarts }) => state === 'healthy' && restarts === 1) && instances
  })
  for (const { lastExit } of shown) assert.equal(lastExit, 'SIGKILL')
  await waitFor('both to serve', async () => (await on.status()).serving.length === 2)
  await assertWhole(on, pushed)
  t.diagnostic(`verdict: ${verdict?.sentence}, ${verdict?.retried} sent again`)
  assertLostOnlyAt(t, await load.finish(), kills)
}

/** Pushes, strikes at this step, and sees that all ends as if nothing had been. Instances that were there stay what they were. */
async function struckAt(on: Stage, step: string, strike: () => Promise<void>): Promise<string> {
  const pushed = await on.push()
  await untilAt(on.it, pushed.commit, step)
  const before = await on.instances()
  const began = performance.now()
  await strike()
  const { verdict } = await untilLive(on.it, pushed.commit)
  const tookMs = Math.round(performance.now() - began)
  await assertWhole(on, pushed)
  const after = await on.instances()
  const kept = [...after.keys()].filter((name) => before.has(name))
  for (const name of kept) assert.deepEqual(after.get(name), before.get(name), `${name} is another process`)
  for (const { name, restarts } of (await on.status()).running?.instances ?? []) assert.equal(restarts, 0, name)
  return `live ${tookMs} ms later, ${verdict?.sentence}, adopted: ${kept.join(' ') || 'none, all came later'}`
}

async function assertNoneLost(t: TestContext, load: Load): Promise<void> {
  const report = await load.finish()
  t.diagnostic(`visitors: ${report.failed.length} lost of ${report.sent}`)
  assert.deepEqual(report.failed, [])
}

/** How long a visitor may not have heard yet that the other end of his kept connection is gone. */
const hearsayMs = 150

/** Each lost request was under way when something was killed, and none was turned away. */
function assertLostOnlyAt(t: TestContext, report: LoadReport, kills: readonly number[]): void {
  const isUnderWay = ({ atMs, latencyMs }: Outcome) =>
    kills.some((killMs) => atMs <= killMs + hearsayMs && atMs + latencyMs >= killMs - hearsayMs)
  const underWay = report.outcomes.filter(isUnderWay)
  t.diagnostic(
    `visitors: ${report.failed.length} lost of ${report.sent}; ${underWay.length} under way at ${kills.length} kills`,
  )
  assert.deepEqual(
    report.failed.filter((outcome) => !isUnderWay(outcome)),
    [],
    'lost without a kill',
  )
  assert.deepEqual(
    report.failed.filter(({ error }) => error === 'ECONNREFUSED'),
    [],
    'turned away',
  )
}

/** How long until another process has taken the worker's place, listening and with its routes. */
async function backAfter(on: Stage, id: string, killed: number): Promise<number> {
  const began = performance.now()
  await waitFor(`${id} to be back`, async () => {
    const worker = await readyWorker(on, id)
    return worker !== null && worker.pid !== killed
  })
  return performance.now() - began
}

/** The worker's process and how many requests it is answering; null until it listens and has its routes. */
async function readyWorker(on: Stage, id: string): Promise<{ pid: number; answering: number } | null> {
  const socketPath = join(layoutOf(join(on.it.data, 'host')).edges, `${id}.sock`)
  try {
    using client = await EdgeClient.connect({ socketPath, clock: systemClock, connectMs: 1000 }, never)
    const [hello, routes] = await Promise.all([client.call('hello', {}, never), client.call('routes', {}, never)])
    const track = routes.find(({ instances }) => instances.length > 0)?.track
    if (hello.listen.port === 0 || track === undefined) return null
    const { inFlight } = await client.call('traffic', { track }, never)
    return { pid: hello.pid, answering: inFlight.reduce((sum, gauge) => sum + gauge.inFlight, 0) }
  } catch {
    return null // it is just not there
  }
}
