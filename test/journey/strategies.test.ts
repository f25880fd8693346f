import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { promisify } from 'node:util'
import type { DeploymentDetailView, DeploymentView, TrackView } from '../../src/api/views.ts'
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

const run = promisify(execFile)

/** Why gunicorn cannot be used here; false when it can. `bin/engines gunicorn` installs it. */
async function noGunicorn(): Promise<string | false> {
  try {
    await run('/usr/bin/gunicorn', ['--version'])
    return false
  } catch (error) {
    const problem = `gunicorn does not run here (bin/engines gunicorn): ${error instanceof Error ? error.message : error}`
    if (process.env.SIGNALBOX_REQUIRE_ENGINES === '1') throw new Error(problem)
    return problem
  }
}

/** What runs, as the target tells it. */
async function running({ sb }: Project) {
  const [track] = (await sb(['status', 'staging', '--json'])).json<TrackView[]>()
  return track?.running?.instances ?? []
}

/** Changes into its folder anew when it is told, and replaces its worker by one from there. */
const master = `const cluster = require('cluster')
let worker = null
const renew = () => {
  process.chdir(process.env.PWD)
  cluster.setupPrimary({ exec: process.env.PWD + '/serve.js', cwd: process.env.PWD })
  const [old, fresh] = [worker, cluster.fork()]
  worker = fresh
  fresh.once('listening', () => old && old.process.kill('SIGTERM'))
  fresh.once('exit', (code) => { if (code === 3) process.exit(3) })
}
renew()
process.on('SIGHUP', renew)
process.on('SIGTERM', () => { worker.once('exit', () => process.exit(0)); worker.process.kill('SIGTERM') })
`

const serving = `const version = require('fs').readFileSync('version', 'utf8')
const server = require('http').createServer((_, response) => response.end(version))
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

const plain = `const version = require('fs').readFileSync('version', 'utf8')
require('http').createServer((_, response) => response.end(version)).listen(process.env.PORT, '127.0.0.1')
`

function wsgi(version: string): string {
  return `def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '${version.length}')])
    return [b'${version}']
`
}

/** The steps of a deployment that move instances, each with how many. */
async function steps({ sb }: Project, { id }: DeploymentView): Promise<readonly string[]> {
  const { timeline } = (await sb(['deployments', 'show', id, '--json'])).json<DeploymentDetailView>()
  return timeline.flatMap(({ kind, data }) => {
    const found = /^deployment\.(place|reload|route|drain|remove)$/.exec(kind)
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

  await t.test(
    'X12 strategy: reload — a node master goes on under the new release, and no request is dropped',
    async () => {
      const site = await project(server, 'master')
      const host = 'staging.master.test'
      const more = { 'web.js': master, 'serve.js': serving }
      const wanted = wish('master', { strategy: 'reload' })
      assertSucceeded(await site.deployed(await site.ship({ ...app('master', 'v1', wanted), ...more }, 'v1')))
      const [before] = await running(site)
      await using load = visitors(server, host)
      const record = await site.deployed(await site.ship({ version: 'v2' }, 'v2'))
      assertSucceeded(record)
      assert.deepEqual((await load.finish()).failed, [])
      assert.equal(await visit(server, host), 'v2')
      const after = await running(site)
      assert.deepEqual([after[0]?.pid, after[0]?.name], [before?.pid, before?.name], 'the same process')
      assert.ok(
        after.every(({ digest }) => digest === record.release.digest),
        'and the record says which release',
      )
      const told = await steps(site, record)
      assert.deepEqual(told, ['place 1', 'remove 1', 'reload 1', 'reload 1', 'route 2'])
      const broken = await site.deployed(await site.ship({ 'serve.js': 'process.exit(3)\n' }, 'broken'))
      assert.deepEqual([broken.outcome, broken.rolledBack], ['failed', true])
      assert.ok(!(await steps(site, broken)).includes('reload 1'), 'what does not start is never put under a process')
      assert.equal(await visit(server, host), 'v2')
    },
  )

  await t.test(
    'X12 strategy: reload — a signal that ends the process, or is not heard, is no success (trap 24)',
    async () => {
      const site = await project(server, 'deaf')
      const host = 'staging.deaf.test'
      const hup = (version: string, more: string) => ({ version, 'web.js': `${plain}${more}` })
      const deaf = "process.on('SIGHUP', () => {})\n"
      const wanted = wish(
        'deaf',
        { strategy: 'reload' },
        { web: { ...webProcess, health: { http: '/', start_period: '2s' } } },
      )
      assertSucceeded(await site.deployed(await site.ship({ ...app('deaf', 'v1', wanted), ...hup('v1', deaf) }, 'v1')))
      const unheard = await site.deployed(await site.ship(hup('v2', deaf), 'v2'))
      assert.match(unheard.because ?? '', /did not take up .*: process \d+ still works in the release before/)
      assert.deepEqual([unheard.outcome, unheard.rolledBack], ['failed', true])
      assert.equal(await visit(server, host), 'v1')
      await site.sb(['scale', 'staging', 'web=0', '--wait'])
      const ending = "process.on('SIGHUP', () => process.exit(1))\n"
      assertSucceeded(await site.deployed(await site.ship(hup('v3', ending), 'v3')))
      await site.sb(['scale', 'staging', 'web=1', '--wait'])
      const killed = await site.deployed(await site.ship(hup('v4', ending), 'v4'))
      assert.match(killed.because ?? '', /did not take up .*: its process ended when it was told/)
      assert.deepEqual([killed.outcome, killed.rolledBack], ['failed', true])
      assert.equal(await visit(server, host), 'v3')
    },
  )

  await t.test('X12 strategy: reload — gunicorn by HUP', { skip: await noGunicorn() }, async () => {
    const site = await project(server, 'wsgi')
    const host = 'staging.wsgi.test'
    const web = { ...webProcess, command: '/usr/bin/gunicorn site_app:app --bind 127.0.0.1:$PORT --workers 2' }
    const wanted = wish('wsgi', { strategy: { kind: 'reload', signal: 'SIGHUP' } }, { web })
    const ship = (version: string, more: object = {}) => site.ship({ ...more, 'site_app.py': wsgi(version) }, version)
    assertSucceeded(await site.deployed(await ship('v1', app('wsgi', 'v1', wanted))))
    const [before] = await running(site)
    await using load = visitors(server, host)
    const record = await site.deployed(await ship('v2'))
    assertSucceeded(record)
    assert.deepEqual((await load.finish()).failed, [])
    assert.equal(await visit(server, host), 'v2')
    assert.equal((await running(site))[0]?.pid, before?.pid)
    await site.sb(['rollback', 'staging', '--wait'])
    assert.equal(await visit(server, host), 'v1')
    assert.equal((await running(site))[0]?.pid, before?.pid, 'back is a reload too')
    await site.sb(['env', 'set', 'staging', 'LEVEL=debug'])
    await site.sb(['env', 'apply', 'staging', '--wait'])
    assert.notEqual((await running(site))[0]?.pid, before?.pid, 'a process cannot be given other variables')
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
