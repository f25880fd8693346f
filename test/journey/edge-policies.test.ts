import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import test from 'node:test'
import type { DoorView, TrackView } from '../../src/api/views.ts'
import type { FileContent } from '../helpers/repository.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, config } from './app.ts'
import { assertSucceeded, project, visit, visitors } from './stage.ts'

const limit = { timeout: 175_000 }

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

async function ask(
  server: ServerUnderTest,
  host: string,
  path: string,
  { headers = {}, agent = false }: { headers?: Record<string, string>; agent?: Agent | false } = {},
): Promise<Answer> {
  const [address = '', port = ''] = server.serving.edge.split(':')
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request({ host: address, port, path, headers: { host, ...headers }, agent }, (answer) => {
    text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }), reject)
  })
  asked.on('error', reject).end()
  return await promise
}

function basic(name: string, password: string) {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
}

const entries = [{ url: '/static', directory: 'public', max_age: '7d' }]

function withFiles(name: string, version: string, files: Record<string, FileContent>, policies: object = {}) {
  const environments = { staging: { hosts: `staging.${name}.test`, on: { push: 'main' }, policies } }
  return { ...app(name, version, { app: { static: entries }, environments }), ...files }
}

test('what the edge does by itself', limit, async (t) => {
  await using server = await startServer()

  await t.test(
    'X15 static: release_dir — files change with the release, at one moment, and those of before stay for a while (trap 3)',
    async () => {
      const site = await project(server, 'assets')
      const host = 'staging.assets.test'
      const first = { 'public/app.js': 'v1', 'public/only-old.js': 'old', 'public/.env': 'SECRET' }
      assertSucceeded(await site.deployed(await site.ship(withFiles('assets', 'v1', first), 'v1')))
      const style = await ask(server, host, '/static/app.js')
      assert.deepEqual(
        [style.status, style.body, style.headers['cache-control']],
        [200, 'v1', 'public, max-age=604800'],
      )
      assert.equal((await ask(server, host, '/static/.env')).body, 'v1', 'the app is asked, not the disk')
      await using load = visitors(server, host)
      const pages = seen(server, host)
      const next = { 'public/app.js': 'v2', 'public/only-old.js': null }
      assertSucceeded(await site.deployed(await site.ship(withFiles('assets', 'v2', next), 'v2')))
      assert.deepEqual(await pages.finish(), ['v1', 'v2'], 'on one connection, once new is always new')
      assert.deepEqual((await load.finish()).failed, [])
      assert.equal((await ask(server, host, '/static/only-old.js')).body, 'old')
    },
  )

  await t.test(
    'X15 static: shared_dir — files of all releases stay, and a name that is used again is refused before anything moves',
    async () => {
      const site = await project(server, 'shared')
      const host = 'staging.shared.test'
      const policy = { static: 'shared_dir' }
      const ship = (version: string, files: Record<string, FileContent>) =>
        site.ship(withFiles('shared', version, files, policy), version)
      assertSucceeded(await site.deployed(await ship('v1', { 'public/app.1.js': 'one' })))
      assertSucceeded(await site.deployed(await ship('v2', { 'public/app.1.js': null, 'public/app.2.js': 'two' })))
      assert.equal((await ask(server, host, '/static/app.1.js')).body, 'one')
      assert.equal((await ask(server, host, '/static/app.2.js')).body, 'two')
      const refused = await site.deployed(await ship('v3', { 'public/app.2.js': 'another', 'public/app.3.js': '3' }))
      assert.equal(refused.outcome, 'failed')
      assert.match(refused.because ?? '', /have names that other files in the shared folder have already: app\.2\.js/)
      assert.equal(await visit(server, host), 'v2')
      assert.equal((await ask(server, host, '/static/app.2.js')).body, 'two')
      assert.equal((await ask(server, host, '/static/app.3.js')).body, 'v2', 'nothing of it was copied')
    },
  )

  await t.test('a site of files alone needs no process, and files are served while the app is down', async () => {
    const site = await project(server, 'pages')
    const files = { 'public/index.html': '<h1>home</h1>' }
    const only = { app: { processes: undefined, shared: undefined, static: [{ url: '/', directory: 'public' }] } }
    const commit = await site.ship({ 'signalbox.yml': config('pages', only), ...files }, 'v1')
    assertSucceeded(await site.deployed(commit))
    const host = 'staging.pages.test'
    assert.equal((await ask(server, host, '/')).body, '<h1>home</h1>')
    assert.equal((await ask(server, host, '/nothing')).status, 404)
    const assets = await project(server, 'down')
    const down = 'staging.down.test'
    assertSucceeded(await assets.deployed(await assets.ship(withFiles('down', 'v1', { 'public/a.js': 'a' }), 'v1')))
    await assets.sb(['scale', 'staging', 'web=0', '--wait'])
    assert.equal((await ask(server, down, '/')).status, 503)
    assert.equal((await ask(server, down, '/static/a.js')).body, 'a')
  })

  await t.test(
    'X20 access: basic_auth — refused without a password, closed with one, and the version behind it',
    async () => {
      const site = await project(server, 'closed')
      const host = 'staging.closed.test'
      const environments = { staging: { hosts: host, on: { push: 'main' }, policies: { access: 'basic_auth' } } }
      const refused = await site.deployed(await site.ship(app('closed', 'v1', { environments }), 'v1'))
      assert.equal(refused.outcome, 'failed')
      assert.match(refused.because ?? '', /closed to everybody without a password, and nobody has one/)
      await site.sb(['access', 'set', 'staging', '--user', 'ada', '--password-stdin'], { input: 'open sesame\n' })
      await site.sb(['access', 'set', 'staging', '--user', 'bob', '--password-stdin'], { input: 'short', wanted: 2 })
      const made = (await site.sb(['access', 'set', 'staging', '--user', 'bob', '--generate'])).stdout.trim()
      await site.sb(['deploy', 'staging', '--wait'])
      assert.equal((await ask(server, host, '/')).status, 401)
      assert.equal((await ask(server, host, '/.well-known/signalbox/version')).status, 401)
      assert.equal((await ask(server, host, '/', { headers: basic('ada', 'open sesame') })).body, 'v1')
      assert.equal((await ask(server, host, '/', { headers: basic('bob', made) })).body, 'v1')
      const listed = await site.sb(['access', 'list', 'staging', '--json'])
      assert.deepEqual(
        listed.json<DoorView>().users.map(({ name }) => name),
        ['ada', 'bob'],
      )
      assert.doesNotMatch(listed.stdout, /scrypt|sesame/)
      await site.sb(['access', 'remove', 'staging', '--user', 'bob'])
      await until(server, host, basic('bob', made), 401)
      assert.match((await site.sb(['status', 'staging'])).stdout, /access +only with a password/)
    },
  )

  await t.test(
    'maintenance: the page at once, deployments behind it, and no end of it by a restart of the server',
    async () => {
      const site = await project(server, 'works')
      const host = 'staging.works.test'
      assertSucceeded(await site.deployed(await site.ship(app('works', 'v1'), 'v1')))
      await site.sb(['maintenance', 'on', 'staging', '--message', 'Back at noon'])
      await until(server, host, {}, 503)
      const page = await ask(server, host, '/')
      assert.match(page.body, /Back at noon/)
      assert.equal(page.headers['retry-after'], '60')
      const deployed = await site.deployed(await site.ship({ version: 'v2' }, 'v2'))
      assertSucceeded(deployed)
      assert.equal((await ask(server, host, '/')).status, 503)
      await server.kill('SIGKILL')
      await server.start()
      assert.match((await site.sb(['status', 'staging'])).stdout, /closed +for maintenance by admin .*Back at noon/)
      assert.equal((await ask(server, host, '/')).status, 503)
      await site.sb(['maintenance', 'off', 'staging'])
      await until(server, host, {}, 200)
      assert.equal(await visit(server, host), 'v2')
      const [track] = (await site.sb(['status', '--json'])).json<TrackView[]>()
      assert.equal(track?.maintenance, null)
    },
  )
})

/** What `/static/app.js` says on one connection, asked again and again: each answer that differs from the one before. */
function seen(server: ServerUnderTest, host: string) {
  const found: string[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let goesOn = true
  const work = (async () => {
    while (goesOn) {
      const { body } = await ask(server, host, '/static/app.js', { agent })
      if (found.at(-1) !== body) found.push(body)
    }
  })()
  return {
    async finish(): Promise<readonly string[]> {
      goesOn = false
      await work
      agent.destroy()
      return found
    },
  }
}

async function until(server: ServerUnderTest, host: string, headers: Record<string, string>, status: number) {
  await waitFor(`${status} from ${host}`, async () => (await ask(server, host, '/', { headers })).status === status)
}
