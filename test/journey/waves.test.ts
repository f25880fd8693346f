import assert from 'node:assert/strict'
import test from 'node:test'
import type { FlowView, UndeployedView } from '../../src/api/views.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { assertSucceeded, notes, type Project, project, visit } from './stage.ts'

const limit = { timeout: 175_000 }

/** Tells its app, version and environment. In a place where its version is to break it ends by itself, where it is to be slow it comes late. */
const web = `const fs = require('fs')
const version = fs.readFileSync('version', 'utf8')
const { APP, PLACE, PORT, BREAK, SLOW, SIGNALBOX_INSTANCE } = process.env
fs.appendFileSync('data/notes', [APP, PLACE, PORT, SIGNALBOX_INSTANCE, process.cwd()].join(' ') + '\\n')
const server = require('http').createServer((_, response) => response.end([APP, version, PLACE].join(' ')))
const begin = () => server.listen(PORT, '127.0.0.1')
if ((BREAK ?? '').split(' ').includes(APP + version)) setTimeout(() => process.exit(3), 1500)
else setTimeout(begin, (SLOW ?? '').split(' ').includes(APP + version) ? 20000 : 0)
process.on('SIGTERM', () => process.exit(0))
`

interface Wish {
  readonly policy?: string
  readonly break?: string
  readonly slow?: string
}

/** Two apps; east and west side by side, the world after both. */
function files(version: string, wish: Wish = {}) {
  const app = (name: string) => ({
    shared: ['data'],
    processes: {
      web: {
        command: 'node web.js',
        env: { APP: name },
        health: { http: '/', start_period: '30s', interval: '200ms' },
      },
    },
  })
  const place = (name: string, variables: object, more: object) => ({
    hosts: { site: [`site.${name}.test`], api: [`api.${name}.test`] },
    variables: { PLACE: name, ...variables },
    policies: { on_partial_failure: wish.policy ?? 'continue' },
    ...more,
  })
  const config = {
    project: 'shop',
    on: { push: { branches: ['main'] } },
    apps: { site: app('site'), api: app('api') },
    environments: {
      east: place('east', { SLOW: wish.slow ?? '' }, { on: { push: 'main' } }),
      west: place('west', { BREAK: wish.break ?? '' }, { on: { push: 'main' } }),
      world: place('world', {}, { needs: ['east', 'west'], on: { after: ['east', 'west'] } }),
    },
  }
  return { 'signalbox.yml': JSON.stringify(config), 'web.js': web, version }
}

const everywhere = ['east', 'west', 'world'].flatMap((place) => ['site', 'api'].map((app) => [app, place] as const))

test('several environments and apps of one machine, side by side', limit, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const ship = (version: string, wish?: Wish) =>
    shop.ship(files(version, wish), `feat: ${version} (#${version.slice(1)})`)
  const says = (app: string, place: string) => visit(server, `${app}.${place}.test`)
  const flow = async (commit: string) => (await shop.sb(['flow', commit, '--json'])).json<FlowView>().steps
  const states = async (commit: string) =>
    Object.fromEntries((await flow(commit)).map(({ environment, app, state }) => [`${environment}/${app}`, state]))

  await t.test('C9: two apps in three environments keep apart in ports, names and folders', async () => {
    const commit = await ship('v1')
    for (const [app, place] of everywhere) assertSucceeded(await deployed(shop, commit, { app, place }))
    for (const [app, place] of everywhere) assert.equal(await says(app, place), `${app} v1 ${place}`)
    const lines = await Promise.all(everywhere.map(([app, place]) => notes(server, `shop/${app}/${place}`, 'notes')))
    assert.deepEqual(
      lines.map((each) => each.map((line) => line.split(' ').slice(0, 2).join(' '))),
      everywhere.map(([app, place]) => [`${app} ${place}`]),
    )
    const columns = lines.map(([line = '']) => line.split(' '))
    for (const column of [2, 3, 4]) assert.equal(new Set(columns.map((each) => each[column])).size, everywhere.length)
    assert.deepEqual(new Set(Object.values(await states(commit))), new Set(['live']))
  })

  await t.test(
    'X10 on_partial_failure: continue — siblings go on, what comes after the one that failed is skipped',
    async () => {
      const commit = await ship('v2', { break: 'sitev2' })
      const failed = await deployed(shop, commit, { app: 'site', place: 'west' })
      assert.deepEqual([failed.outcome, failed.rolledBack], ['failed', true])
      for (const [app, place] of [
        ['site', 'east'],
        ['api', 'east'],
        ['api', 'west'],
        ['api', 'world'],
      ] as const)
        assertSucceeded(await deployed(shop, commit, { app, place }))
      assert.deepEqual([await says('site', 'east'), await says('site', 'west')], ['site v2 east', 'site v1 west'])
      assert.deepEqual(await states(commit), {
        ...{ 'east/site': 'live', 'east/api': 'live', 'west/site': 'failed', 'west/api': 'live' },
        ...{ 'world/site': 'skipped', 'world/api': 'live' },
      })
      const shown = (await shop.sb(['flow', 'HEAD'])).stdout
      assert.match(shown, /2 +world\/site +skipped +– +west failed/)
      const found = (await shop.sb(['undeployed', 'world', '--app', 'site', '--json'])).json<UndeployedView[]>()
      const [change] = found[0]?.changes ?? []
      assert.deepEqual([change?.title, change?.pullRequest, change?.author], ['v2', 2, 'Test Person'])
      assert.deepEqual([change?.seenIn, change?.isReady, found[0]?.changes.length], [['east'], false, 1])
      const told = (await shop.sb(['undeployed', 'world'])).stdout
      assert.match(
        told,
        /world\/site: 1 change of main not there\n[\s\S]*#2 +v2 +Test Person[\s\S]*east +r2 succeeded\nlive: /,
      )
      assert.match(told, /world\/api: 0 changes/)
    },
  )

  await t.test('X10 on_partial_failure: stop_remaining — what has not begun does not begin', async () => {
    await shop.sb(['lock', 'east', '--reason', 'wait'])
    const commit = await ship('v3', { policy: 'stop_remaining', break: 'sitev3' })
    const failed = await deployed(shop, commit, { app: 'site', place: 'west' })
    const held = await deployed(shop, commit, { app: 'site', place: 'east' })
    assert.deepEqual([held.outcome, held.startedAt], ['aborted', null])
    assert.equal(held.because, `${failed.id} failed in west (on_partial_failure: stop_remaining)`)
    // What rolls out beside it goes on to its end.
    assertSucceeded(await deployed(shop, commit, { app: 'api', place: 'west' }))
    await shop.sb(['unlock', 'east'])
    assert.deepEqual([await says('site', 'east'), await says('api', 'east')], ['site v2 east', 'api v2 east'])
  })

  await t.test(
    'X10 on_partial_failure: roll_back_all — what succeeded goes back, what rolls out is broken off',
    async () => {
      const commit = await ship('v4', { policy: 'roll_back_all', break: 'sitev4', slow: 'apiv4' })
      const failed = await deployed(shop, commit, { app: 'site', place: 'west' })
      assert.equal(failed.outcome, 'failed')
      const slow = await deployed(shop, commit, { app: 'api', place: 'east' })
      assert.deepEqual([slow.outcome, slow.rolledBack], ['aborted', true])
      assert.match(slow.because ?? '', new RegExp(`${failed.id} failed in west`))
      await waitFor('the east to be back', async () => (await says('site', 'east')) === 'site v2 east', 30_000)
      await waitFor('the west to be back', async () => (await says('api', 'west')) === 'api v3 west', 30_000)
      assert.deepEqual([await says('api', 'east'), await says('site', 'west')], ['api v2 east', 'site v1 west'])
      const { timeline } = await server.client.call('deployments.show', { params: { deployment: failed.id } })
      const stopped = timeline.find(({ kind }) => kind === 'wave.stopped')
      assert.match(JSON.stringify(stopped?.data), /back to .*broken off, goes back|broken off, goes back.*back to /)
    },
  )
})

async function deployed(shop: Project, commit: string, { app, place }: { app: string; place: string }) {
  return await waitFor(
    `${app} of ${commit} to have ended in ${place}`,
    async () => {
      const query = { project: 'shop', environment: place, app, limit: 20 }
      const all = await shop.server.client.call('deployments.list', { query })
      const newest = all.find((each) => each.release.commit === commit && each.reason === 'promote')
      return newest?.state === 'finished' ? newest : null
    },
    60_000,
  )
}
