import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentView, RevertMadeView, WayBackView } from '../../src/api/views.ts'
import { freePort } from '../helpers/free-port.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { assertSucceeded, type Project, project } from './stage.ts'

const limit = { timeout: 175_000 }

/** Well to whoever asks for its health, and to visitors only when its version is not a bad one. */
const web = `const version = require('fs').readFileSync('version', 'utf8')
const server = require('http').createServer((request, response) => {
  const isBad = version.startsWith('bad') && request.url !== '/'
  response.writeHead(isBad ? 500 : 200)
  response.end(version)
})
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

/** Is what visitors get what was deployed, and is it to be liked? */
const smoke = `import { readFileSync } from 'node:fs'
const version = readFileSync('version', 'utf8')
const seen = await (await fetch(process.env.SIGNALBOX_URL)).text()
console.log('seen', seen, 'in', process.env.SIGNALBOX_ENVIRONMENT, 'with', process.env.TOKEN, process.env.PASSWORD ?? 'no password')
if (seen !== version || version === 'ugly') process.exit(1)
`

test('a release is tried before it counts, and there are ways back and forward', limit, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const port = await freePort()
  const ship = (version: string, policies: object) =>
    shop.ship(
      {
        ...app('shop', version, {
          environments: { staging: { target: { driver: 'local', port }, on: { push: 'main' }, policies } },
        }),
        ...{ 'web.js': web, 'smoke.mjs': smoke },
      },
      version,
    )
  const served = async () => await (await fetch(`http://127.0.0.1:${port}/`)).text()
  const tried = { smoke: { steps: ['node smoke.mjs'], secrets: ['TOKEN'] } }

  await t.test('smoke steps see the address and the secrets they name, and their log can be read', async () => {
    await shop.sb(['env', 'set', 'checks', 'TOKEN=not-to-be-seen', '--secret'])
    const first = await shop.deployed(await ship('v1', tried))
    assertSucceeded(first)
    assert.equal(first.smoke?.outcome, 'succeeded')
    const log = (await shop.sb(['logs', `${first.id}-smoke`])).stdout
    assert.match(log, /seen v1 in staging with \S+ no password/)
    assert.doesNotMatch(log, /not-to-be-seen/)
    const looked = await waitFor('the look after it', async () => (await shown(shop, first.id)).versions)
    assert.deepEqual(Object.values(looked.instances), [first.release.version])
  })

  await t.test('smoke steps that say no: what served before serves again', async () => {
    const ugly = await shop.deployed(await ship('ugly', tried))
    assert.deepEqual([ugly.outcome, ugly.rolledBack, ugly.smoke?.outcome], ['failed', true, 'failed'])
    assert.equal(await served(), 'v1')
    assert.match(
      (await shop.sb(['deployments', 'show', ugly.id])).stdout,
      /smoke steps failed: signalbox logs d\d+-smoke/,
    )
  })

  await t.test('a release that answers visitors with errors is taken back while it is watched', async () => {
    const over = new AbortController()
    const visits = visitAllTheTime(`http://127.0.0.1:${port}/page`, over.signal)
    try {
      const bad = await shop.deployed(await ship('bad', { bake: '60s', breaker: { requests: 10 } }))
      assert.deepEqual([bad.outcome, bad.rolledBack], ['failed', true])
      assert.match(bad.because ?? '', /^circuit breaker: \d+(\.\d)?% of \d+ requests failed on/)
    } finally {
      over.abort()
      await visits
    }
    assert.equal(await served(), 'v1')
  })

  await t.test('a retry sends the same release again, and says which attempt it is', async () => {
    const [bad] = await shop.deployments('staging')
    const again = (await shop.sb(['retry', bad?.id ?? '', '--no-wait', '--json'])).json<DeploymentView[]>()[0]
    assert.deepEqual([again?.retryOf, again?.attempt, again?.release.id], [bad?.id, 2, bad?.release.id])
    await shop.sb(['cancel', again?.id ?? ''])
    await shop.until(again?.id ?? '', 'finished')
  })

  await t.test('X1 rollback: allowed — one sees where one can go back to, what it would do, and goes', async () => {
    assertSucceeded(await shop.deployed(await ship('v2', { rollback: 'allowed' })))
    const ways = (await shop.sb(['releases', '--can-rollback', 'staging', '--json'])).json<WayBackView[]>()
    assert.deepEqual([ways[0]?.title, ways[0]?.obstacles], ['v1', []])
    assert.match((await shop.sb(['rollback', 'staging', '--dry-run'], { wanted: 3 })).stdout, /rollback/)
    assert.equal(await served(), 'v2')
    await shop.sb(['rollback', 'staging', '--reason', 'it is blue'])
    assert.equal(await served(), 'v1')
  })

  await t.test('X1 rollback: automatic_only — nobody by hand, the breaker by itself', async () => {
    assertSucceeded(await shop.deployed(await ship('v3', { rollback: 'automatic_only', ...tried })))
    assert.match(
      (await shop.sb(['rollback', 'staging'], { wanted: 4 })).stderr,
      /rollback: automatic_only.*\n.*signalbox revert d\d+/,
    )
    const ugly = await shop.deployed(await ship('ugly', { rollback: 'automatic_only', ...tried }))
    assert.deepEqual([ugly.outcome, ugly.rolledBack], ['failed', true])
    assert.equal(await served(), 'v3')
  })

  await t.test(
    'X1 rollback: forbidden — a revert on a branch instead, which starts nothing until it is merged',
    async () => {
      const forbidden = { rollback: 'forbidden' }
      assertSucceeded(await shop.deployed(await ship('v4', forbidden)))
      const wrong = await shop.deployed(await ship('v5', forbidden))
      assert.match(
        (await shop.sb(['rollback', 'staging'], { wanted: 4 })).stderr,
        new RegExp(`signalbox revert ${wrong.id}`),
      )
      const before = await server.client.call('runs.list', { query: { project: 'shop' } })
      const made = (await shop.sb(['revert', wrong.id, '--json'])).json<RevertMadeView>()
      assert.equal(made.branch, `signalbox/revert-${wrong.release.commit.slice(0, 7)}`)
      const twice = (await shop.sb(['revert', wrong.release.commit, '--json'])).json<RevertMadeView>()
      assert.equal(twice.commit, made.commit)
      assert.equal((await server.client.call('runs.list', { query: { project: 'shop' } })).length, before.length)
      await mergeOf(shop, made)
      assertSucceeded(await shop.deployed(made.commit))
      assert.equal(await served(), 'v4')
      const runs = await server.client.call('runs.list', { query: { project: 'shop' } })
      assert.equal(runs.filter(({ commit }) => commit === made.commit).length, 1)
      const causes = await waitFor('what was taken back to count', async () => {
        const { projects } = await server.client.call('insights', { query: { environment: 'staging' } })
        const found = projects[0]?.now.failRate.causes
        return found?.reverted === 1 ? found : null
      })
      assert.deepEqual(causes, { failed: 3, errored: 0, rolled_back: 1, reverted: 1 })
    },
  )

  await t.test('every environment where something is live is redeployed at once', async () => {
    const made = (await shop.sb(['redeploy', '--all', '--json'])).json<DeploymentView[]>()
    assert.deepEqual(
      made.map(({ environment, reason, outcome }) => [environment, reason, outcome]),
      [['staging', 'redeploy', 'succeeded']],
    )
    assert.match((await shop.sb(['redeploy'], { wanted: 2 })).stderr, /no environment is named/)
  })
})

async function shown(shop: Project, deployment: string) {
  return await shop.server.client.call('deployments.show', { params: { deployment } })
}

/** As a person does it: fetched from the server, merged, pushed. */
async function mergeOf(shop: Project, { commit, branch }: RevertMadeView): Promise<void> {
  const { SIGNALBOX_TOKEN = '' } = await shop.login()
  const remote = `${shop.server.serving.url.replace('://', `://test:${SIGNALBOX_TOKEN}@`)}/git/shop.git`
  await shop.git('fetch', '--quiet', remote, branch)
  await shop.git('merge', '--quiet', '--ff-only', commit)
  await shop.push('HEAD:refs/heads/main')
}

async function visitAllTheTime(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(url, { signal }).then(
      (answer) => answer.arrayBuffer(),
      () => {}, // between two releases nobody is asked to answer
    )
  }
}

test('smoke steps reach an environment through the edge, at whatever port that listens', limit, async () => {
  const edge = `127.0.0.1:${await freePort()}`
  await using server = await startServer({ flags: ['--edge-listen', edge] })
  const shop = await project(server, 'shop')
  const staging = { hosts: 'localhost', on: { push: 'main' }, policies: { smoke: ['node smoke.mjs'] } }
  const files = app('shop', 'v1', { environments: { staging } })
  const commit = await shop.ship({ ...files, 'web.js': web, 'smoke.mjs': smoke }, 'v1')
  const { smoke: told, id } = await shop.deployed(commit)
  assert.equal(told?.outcome, 'succeeded', (await shop.sb(['logs', `${id}-smoke`])).stdout)
})
