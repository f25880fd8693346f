import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentDetailView, DeploymentView } from '../../src/api/views.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { app, type Wish, webProcess, workerProcess } from './app.ts'
import { assertSucceeded, notes, type Project, project, visit, visitors } from './stage.ts'

const limit = { timeout: 175_000 }

function wish(name: string, policies: object, processes: object = {}): Wish {
  return {
    app: { processes: { web: { ...webProcess, instances: 2 }, ...processes } },
    environments: { staging: { hosts: `staging.${name}.test`, on: { push: 'main' }, policies } },
  }
}

/** Two releases, the second under load. What visitors met, and the record of the second. */
async function replaced(server: ServerUnderTest, name: string, policies: object) {
  const site = await project(server, name)
  assertSucceeded(await site.deployed(await site.ship(app(name, 'v1', wish(name, policies)), 'v1')))
  await using load = visitors(server, `staging.${name}.test`)
  const record = await site.deployed(await site.ship({ version: 'v2' }, 'v2'))
  assertSucceeded(record)
  assert.equal(await visit(server, `staging.${name}.test`), 'v2')
  return { site, record, report: await load.finish() }
}

/** The steps of a deployment that move instances, each with how many. */
async function steps({ sb }: Project, { id }: DeploymentView): Promise<readonly string[]> {
  const { timeline } = (await sb(['deployments', 'show', id, '--json'])).json<DeploymentDetailView>()
  return timeline.flatMap(({ kind, data }) => {
    const found = /^deployment\.(place|route|drain|remove)$/.exec(kind)
    return found === null || !Array.isArray(data.instances) ? [] : [`${found[1]} ${data.instances.length}`]
  })
}

test('how instances are replaced', limit, async (t) => {
  await using server = await startServer()

  await t.test('X12 strategy: start_first — in batches, and no request is dropped', async () => {
    const { record, report, site } = await replaced(server, 'batches', { strategy: { kind: 'start_first', batch: 1 } })
    assert.deepEqual(report.failed, [])
    assert.deepEqual([record.verdict?.dropped, record.verdict?.offlineMs], [0, 0])
    assert.deepEqual(
      (await steps(site, record)).filter((step) => step.startsWith('place')),
      ['place 1', 'place 1'],
    )
  })

  await t.test(
    'X12 strategy: immutable — a whole new set, proved by one alone, and no request is dropped',
    async () => {
      const { record, report, site } = await replaced(server, 'whole', { strategy: 'immutable' })
      assert.deepEqual(report.failed, [])
      assert.deepEqual([record.verdict?.dropped, record.verdict?.offlineMs], [0, 0])
      assert.deepEqual(await steps(site, record), ['place 1', 'place 1', 'route 2', 'drain 2', 'remove 2'])
      const broken = await site.deployed(await site.ship({ 'web.js': 'process.exit(3)\n' }, 'broken'))
      assert.deepEqual([broken.outcome, broken.rolledBack], ['failed', true])
      assert.equal(await visit(server, 'staging.whole.test'), 'v2')
      const tried = (await steps(site, broken)).filter((step) => step.startsWith('place'))
      assert.ok(!tried.includes('place 3'), 'the one alone failed, so the others were never started')
    },
  )

  await t.test('X12 strategy: stop_start — never two at once, and the gap is measured and told', async () => {
    const { record, report } = await replaced(server, 'gap', { strategy: 'stop_start' })
    const offlineMs = record.verdict?.offlineMs ?? 0
    assert.ok(offlineMs > 0, 'there is a gap')
    assert.match(record.verdict?.sentence ?? '', new RegExp(`nothing served for ${offlineMs} ms`))
    assert.ok((record.verdict?.dropped ?? 0) > 0 && report.failed.length > 0)
    t.diagnostic(`stop_start: nothing served for ${offlineMs} ms, ${report.failed.length} requests dropped`)
  })

  await t.test('X11 process_order: web first where nothing is said, and otherwise as it is said', async () => {
    const order = async (name: string, policies: object) => {
      const site = await project(server, name)
      const processes = { web: webProcess, worker: workerProcess }
      const ship = (version: string, more: object) => site.ship({ ...more, version }, version)
      assertSucceeded(await site.deployed(await ship('v1', app(name, 'v1', wish(name, policies, processes)))))
      const record = await site.deployed(await ship('v2', {}))
      assertSucceeded(record)
      assert.deepEqual((await notes(server, `${name}/${name}/staging`, 'worker')).length, 3, 'start, start, stop')
      const { timeline } = (await site.sb(['deployments', 'show', record.id, '--json'])).json<DeploymentDetailView>()
      const placed = timeline.filter(({ kind }) => kind === 'deployment.place')
      return placed.map(({ data }) => String((data.instances as string[])[0]).split('-')[1])
    }
    assert.deepEqual(await order('usual', {}), ['web', 'worker'])
    assert.deepEqual(await order('turned', { process_order: ['worker', 'web'] }), ['worker', 'web'])
  })
})

test('what counts as well', limit, async (t) => {
  await using server = await startServer()
  /** One release with this health check, which is well or not. */
  const checked = async (name: string, health: object | string, web: string) => {
    const site = await project(server, name)
    const processes = { web: { command: 'node web.js', health, stop: { grace: '3s', drain: '1s' } } }
    const files = { ...app(name, 'v1', { app: { processes, shared: [] } }), 'web.js': web }
    return { site, record: await site.deployed(await site.ship(files, 'v1')) }
  }
  const start = { start_period: '2s', interval: '200ms' }
  const answering = (status: number) =>
    `require('http').createServer((_, r) => r.writeHead(${status}).end()).listen(process.env.PORT, '127.0.0.1')\n`
  const silent = 'setInterval(() => {}, 1000)\n'

  await t.test('X17 health: http — an answer of the right status', async () => {
    assertSucceeded((await checked('http-good', { http: '/', ...start, start_period: '20s' }, answering(200))).record)
    const { record } = await checked('http-bad', { http: '/', ...start }, answering(500))
    assert.match(record.because ?? '', /500/)
  })

  await t.test('X17 health: tcp — somebody takes the connection', async () => {
    assertSucceeded((await checked('tcp-good', { tcp: true, ...start, start_period: '20s' }, answering(500))).record)
    assert.equal((await checked('tcp-bad', { tcp: true, ...start }, silent)).record.outcome, 'failed')
  })

  await t.test('X17 health: command — it ends with 0', async () => {
    const web = `${answering(200)}require('fs').writeFileSync('ready', '')\n`
    const good = { command: 'test -f ready', ...start, start_period: '20s' }
    assertSucceeded((await checked('command-good', good, web)).record)
    const { record } = await checked('command-bad', { command: 'test -f never', ...start }, web)
    assert.equal(record.outcome, 'failed')
  })

  await t.test('X17 health: process — it still runs, and the record says that nothing more was looked at', async () => {
    const { site, record } = await checked('process-good', { process: true, start_period: '1s' }, answering(200))
    assertSucceeded(record)
    const { timeline } = (await site.sb(['deployments', 'show', record.id, '--json'])).json<DeploymentDetailView>()
    const placed = timeline.find(({ kind }) => kind === 'deployment.place')
    assert.deepEqual(placed?.data.unverified, [`${record.id}-web-1`])
    assert.match((await site.sb(['deployments', 'show', record.id])).stdout, /unverified/)
    const ended = await checked('process-bad', { process: true, start_period: '1s' }, 'process.exit(1)\n')
    assert.equal(ended.record.outcome, 'failed')
  })
})
